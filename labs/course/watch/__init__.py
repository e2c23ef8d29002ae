"""The live view: a real broker's messages, seen moving, and the picture that stays when it has gone."""
