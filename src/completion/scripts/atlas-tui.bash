# Completion of atlas-tui in bash 4 and later, and in bash 3.2 without the choice of spaces.
_atlas_tui() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(printf '%s\0' "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" | command atlas-tui __complete bash 2>/dev/null)
    # Behind a directory the path goes on.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o nosort -F _atlas_tui atlas-tui 2>/dev/null || complete -F _atlas_tui atlas-tui
