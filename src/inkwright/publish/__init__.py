"""What leaves the project: CBZ, PDF and the review page."""
