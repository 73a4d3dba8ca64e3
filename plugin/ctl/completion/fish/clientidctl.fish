# Completion of clientidctl for fish: `clientidctl complete` knows what may stand next. The words go to its standard
# input, and not into the list of processes, since one of them may be a token.

function __clientidctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (printf '%s\n' $words[2..-1] | command $words[1] complete 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end

complete -c clientidctl -f -a '(__clientidctl_complete)'
