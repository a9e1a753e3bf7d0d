"""Networks that run on servers of their own, as their projects publish them: MuseTalk, LatentSync, SadTalker."""
