/// What the words of a command say about a further word that comes from outside: whether a program takes that one as data.
///
/// It is data as an argument. It is not where it names the program that is run, or where a shell reads it as a script. What
/// the words of every program mean cannot be known; these are the ones that people write without a thought.
package enum CommandWords {
    /// Where the next word would stand, if it might not be taken as data; nil if it is.
    ///
    /// - Parameter words: those before it, without their quotes; nil for one that is computed or comes from outside itself.
    package static func objection(after words: [[UInt8]?]) -> String? {
        if mayStandBeforeProgram(words) { return "where it may name the program that is run" }
        var index = 0
        while index < words.count {
            guard let word = words[index], isShell(word) else {
                index += 1
                continue
            }
            guard let next = endOfScript(in: words, from: index + 1) else {
                return "where a shell may read it as a script"
            }
            index = next
        }
        return nil
    }

    /// Whether the program that is run may still be missing: after `env`, `nice` and their likes, their options and what
    /// may be the value of one.
    private static func mayStandBeforeProgram(_ words: [[UInt8]?]) -> Bool {
        var isAfterOption = false
        for word in words {
            guard let word else { continue }
            let isOption = word.first == UInt8(ascii: "-")
            let isSetting = word.contains(UInt8(ascii: "=")) || word.first.map { (0x30...0x39).contains($0) } ?? true
            guard isOption || isAfterOption || isSetting || launchers.contains(name(word)) else { return false }
            isAfterOption = isOption
        }
        return true
    }

    /// The first word that a shell's script can no longer be; nil where what comes next may be the script, or may make it one.
    private static func endOfScript(in words: [[UInt8]?], from start: Int) -> Int? {
        var index = start
        while index < words.count {
            guard let word = words[index] else { return nil }
            let isEnd = word.elementsEqual("-".utf8) || word.elementsEqual("--".utf8)
            guard isEnd || isOption(word) else { return index + 1 }
            index += 1
            if isEnd { continue }
            let letters = word.dropFirst()
            // What a long option, or one such as `-o`, does with the next word is a matter of the shell.
            guard letters.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }),
                !letters.contains(where: { $0 | 0x20 == 0x6F })
            else { return nil }
            guard letters.contains(UInt8(ascii: "c")) else { continue }
            guard index < words.count, let script = words[index], !isOption(script) else { return nil }
            // What follows the script is what it calls itself, `$0`.
            return index + 2
        }
        return index
    }

    private static func isOption(_ word: [UInt8]) -> Bool {
        word.first == UInt8(ascii: "-") || word.first == UInt8(ascii: "+")
    }

    private static func isShell(_ word: [UInt8]) -> Bool { shells.contains(name(word)) }

    private static func name(_ word: [UInt8]) -> String {
        String(decoding: word[((word.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...], as: UTF8.self)
    }

    /// Programs that run the one which their words name.
    private static let launchers: Set<String> = [
        "builtin", "busybox", "chrt", "command", "doas", "env", "exec", "ionice", "ltrace", "nice", "nohup", "nsenter",
        "runuser", "setpriv", "setsid", "stdbuf", "strace", "sudo", "taskset", "time", "timeout", "unshare", "xargs",
    ]

    /// Programs that read the word after `-c` as a script.
    private static let shells: Set<String> = [
        "sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "zsh", "fish", "rbash", "yash",
    ]
}
