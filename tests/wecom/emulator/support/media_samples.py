"""The smallest files of each type that the platform takes."""

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))


MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 4


AMR_SECOND = (b"\x3c" + bytes(31)) * 50


AMR = b"#!AMR\n" + AMR_SECOND
