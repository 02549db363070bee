"""Pages, panels, elements, lettering: everything about the comic itself. No torch here."""
