"""The transcript: what every panel shows and says, as text for readers who cannot see the pictures."""

from inkwright.publish.edition import Edition, clean


def transcript_text(edition: Edition, language: str) -> str:
    """The whole book as plain text, page by page and panel by panel."""
    lines = [edition.title]
    if edition.author:
        lines.append(edition.author)
    for number, page in enumerate(edition.pages, 1):
        lines += ["", f"Page {number}" + (f": {page.bookmark}" if page.bookmark else "")]
        for n, panel in enumerate(page.panels, 1):
            lines += ["", f"Panel {n}" + (f". {panel.alt.strip()}" if panel.alt.strip() else "")]
            lines += [line.said for line in panel.lines.get(language, ()) if line.words.strip()]
    notes = edition.described()
    return clean("\n".join([*lines, *(["", notes] if notes else []), ""]))
