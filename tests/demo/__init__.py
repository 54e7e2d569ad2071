"""`make demo`: the main job on real repositories without any account."""
