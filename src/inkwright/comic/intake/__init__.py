"""Pages in: what people really have, from photos to PDF and comic archives, as one list of pictures in order."""
