"""The structure of a PDF: what a screen reader is told of each page, panel and balloon.

Source: ISO 32000-1, 14.7 and 14.8: Document > Sect (page) > Sect (panel) > Figure with its description, P with words.
"""

from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from inkwright.publish.edition import clean


@dataclass
class _Tagged:
    """A page's marked contents in the order of their numbers."""

    number: int
    page: pikepdf.Page
    marked: list[pikepdf.Dictionary] = field(default_factory=list)


class Tags:
    """The structure tree while it is written.

    Args:
        pdf: the file.
    """

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.story = self._element(Name.Document, self.root)
        self._pages: list[_Tagged] = []

    def page(self, page: pikepdf.Page) -> pikepdf.Dictionary:
        """Begins a page; gives its section."""
        page.obj.StructParents = len(self._pages)
        page.obj.Tabs = Name.S
        self._pages.append(_Tagged(len(self._pages), page))
        return self._element(Name.Sect, self.story, title=f"Page {len(self._pages)}")

    def panel(self, section: pikepdf.Dictionary, title: str) -> pikepdf.Dictionary:
        """A panel's section on a page."""
        return self._element(Name.Sect, section, title=title)

    def figure(self, parent: pikepdf.Dictionary, alt: str, bbox: tuple[float, float, float, float]) -> int:
        """A picture with its description and its place in points; gives the number of its marked content."""
        element = self._element(Name.Figure, parent)
        element.Alt = String(clean(alt))
        element.A = Dictionary(O=Name.Layout, BBox=Array([round(v, 3) for v in bbox]), Placement=Name.Block)
        return self._mark(element)

    def words(self, parent: pikepdf.Dictionary, words: str, title: str) -> int:
        """A balloon's words, unbroken; `title` says who speaks. Gives the number of its marked content."""
        element = self._element(Name.P, parent, title)
        element.ActualText = String(clean(words))
        return self._mark(element)

    def _element(self, kind: pikepdf.Name, parent: pikepdf.Dictionary, title: str = "") -> pikepdf.Dictionary:
        element = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=kind, P=parent))
        if title:
            element.T = String(clean(title))
        if "/K" not in parent:
            parent.K = Array()
        parent.K.append(element)
        return element

    def _mark(self, element: pikepdf.Dictionary) -> int:
        tagged = self._pages[-1]
        element.Pg = tagged.page.obj
        element.K = len(tagged.marked)
        tagged.marked.append(element)
        return len(tagged.marked) - 1

    def finish(self) -> None:
        """Writes the tree into the file."""
        numbers = Array()
        for tagged in self._pages:
            numbers.append(tagged.number)
            numbers.append(Array(tagged.marked))
        self.root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        self.root.ParentTreeNextKey = len(self._pages)
        self.pdf.Root.StructTreeRoot = self.root
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)
