"""Tests neither use nor change what a user's runs keep; those of that name a folder of theirs."""

from __future__ import annotations

import os

os.environ["KETAMINE_MTOR_CACHE"] = "off"
