"""What goes into the file of ``edgebox support``."""
