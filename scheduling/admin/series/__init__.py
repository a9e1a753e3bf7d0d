"""Series in the admin: written as a timeline of steps, approved as a whole, with the members who are in them."""
