# Completion of atlas-tui in fish.
function __atlas_tui
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    printf '%s\0' $words (commandline --current-token --cut-at-cursor) | command atlas-tui __complete fish 2>/dev/null
end
complete --command atlas-tui --no-files --keep-order --arguments '(__atlas_tui)'
