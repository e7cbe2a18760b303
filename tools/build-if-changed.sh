#!/bin/sh
# Builds what npm's scripts run, unless nothing has changed since: asking Nx takes half as long as a start. From the root of the repository.
set -eu
stamp=node_modules/.cache/buildwire/built
mkdir -p "${stamp%/*}"

# By the time of the last change of the entry: an unpacked file may be old and yet new here.
changed_since() {
  find package.json package-lock.json nx.json tsconfig.base.json apps libs tools \( -name dist -o -name node_modules \) -prune -o "$@" -print -quit
}

if [ -e "$stamp" ] && [ -z "$(changed_since -newercm "$stamp")" ]; then exit; fi
touch "$stamp.begun"
nx run-many -t build -p standalone tools --output-style=static
# A file that was changed meanwhile may have been read before. Folders change with the first dist in them, and when one is deleted.
if [ -z "$(changed_since -type f -newercm "$stamp.begun")" ]; then touch "$stamp"; fi
