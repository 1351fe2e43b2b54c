#!/usr/bin/env python
"""Django's command line, with the embedded database started when a command needs one."""

import os
import sys

from django.core.management import execute_from_command_line

from config.database import ensure_started

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    ensure_started(sys.argv[1:])
    execute_from_command_line(sys.argv)
