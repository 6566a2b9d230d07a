# Sourced by the shell scripts: what they say, and how they fail.

# say TEXT...: one line with the seconds since the script's start.
say() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }

# die TEXT...: the last words.
die() { printf '\n%s: %s\n' "$0" "$*" >&2; exit 1; }

# Passes ninja's output on (NINJA_STATUS='[%f/%t] '), with one line per tenth of
# the build instead of one per step.
show_progress() {
  local line share next=10
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      share=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
      ((share < next)) && continue
      say "  $share% (${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} steps)"
      next=$((share / 10 * 10 + 10))
    elif [[ $line != ninja:* ]]; then
      printf '%s\n' "$line" >&2
    fi
  done
}
