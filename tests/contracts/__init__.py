"""What keeps the fakes honest: GitHub's published material, fetched from npm where npm is there."""
