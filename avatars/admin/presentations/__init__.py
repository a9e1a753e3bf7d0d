"""The pages of presentations in the admin."""

from avatars.admin.presentations.pages import PresentationAdmin
