# Completion of atlas-tui in elvish.
use str
set edit:completion:arg-completer[atlas-tui] = {|@words|
    print (str:join "\x00" [$@words ""]) | e:atlas-tui __complete elvish 2>/dev/null | from-lines
}
