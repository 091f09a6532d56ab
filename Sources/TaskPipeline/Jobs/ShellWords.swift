/// The words that shells act upon themselves.
enum ShellWords {
    /// After these a command follows.
    static let leading: Set<String> = ["if", "then", "elif", "else", "while", "until", "do", "!", "{"]

    /// What a shell carries out itself, and of which some read an argument as a script, a name or a sum: those of dash,
    /// bash, ksh and zsh, but for the few that take arguments as they are.
    static let builtIn: Set<String> = [
        ".", "[", "[[", "alias", "autoload", "bg", "bind", "bindkey", "break", "builtin", "caller", "case", "chdir",
        "command", "compadd", "compgen", "complete", "compopt", "continue", "coproc", "declare", "dirs", "disable",
        "disown", "done", "echotc", "echoti", "emulate", "enable", "esac", "eval", "exec", "exit", "export", "fc", "fg",
        "fi", "float", "for", "foreach", "function", "functions", "getln", "getopts", "global", "hash", "help", "hist",
        "history", "in", "integer", "jobs", "kill", "let", "limit", "local", "logout", "mapfile", "nameref", "newgrp",
        "noglob", "nocorrect", "popd", "print", "pushd", "pushln", "r", "read", "readarray", "readonly", "rehash",
        "repeat", "return", "sched", "select", "set", "setopt", "shift", "shopt", "source", "suspend", "test", "time",
        "times", "trap", "ttyctl", "type", "typeset", "ulimit", "umask", "unalias", "unfunction", "unlimit", "unset",
        "unsetopt", "vared", "wait", "whence", "where", "which", "zle", "zmodload", "zstyle", "}",
    ]

    /// Whether a byte is what names of programs are made of.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39, 0x80...0xFF:
            true
        default: "_./+:@%,-".utf8.contains(byte)
        }
    }

    /// Whether something is the name of a variable, with which an assignment begins.
    static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, !(0x30...0x39).contains(first) else { return false }
        return text.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
        }
    }
}
