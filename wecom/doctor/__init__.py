"""The doctor of WeChat Work: whether an installation and its applications can send and receive."""
