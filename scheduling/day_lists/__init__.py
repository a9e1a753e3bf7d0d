"""Lists of holidays and make-up days, a class for each form in which they are published. Without rows."""
