import Foundation
import ProcessSupport
import Testing

@testable import Gateway

/// Names, commands, lines and files of programs.
struct ProgramPartsTests {
    @Test(arguments: [
        ("python3 greet_worker.py", "python3"), ("/usr/bin/env python3", "env"), ("  ./worker -v", "worker"),
        ("'my worker'", nil), ("$WORKER", nil), ("", nil), ("..", nil),
    ])
    func `A program is called after the last part of its first word`(run: String, name: String?) {
        #expect(ProgramConfiguration.name(of: run) == name)
    }

    @Test(arguments: [
        ("python3 'a b.py' \"$X\"", true), ("./worker -n 4", true), ("cd x && ./worker", false),
        ("A=1 ./worker", false),
        ("./worker; true", false), ("ulimit -n 99", false), ("exec ./worker", false), ("while :; do x; done", false),
        ("./worker > log", false), ("./worker &", false),
    ])
    func `A command that is one program takes the shell's place`(run: String, isProgram: Bool) {
        #expect(ProgramCommand.text(run) == (isProgram ? "exec \(run)" : run))
    }

    @Test func `Lines are cut where they are too long, and odd bytes are escaped`() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: ProgramOutput.longestLine + 1)
        #expect(ProgramOutput.lines(Array("a\nb\r\n\nc".utf8)[...]) == ["a", "b", "", "c"])
        #expect(ProgramOutput.lines(([0xFF, 0x41, 0x0A] + Array("ü\n".utf8))[...]) == ["\\xffA", "ü"])
        #expect(ProgramOutput.lines([0x41, 0xC3, 0x0A][...]) == ["A\\xc3"])
        #expect(ProgramOutput.lines(long[...]).map(\.count) == [ProgramOutput.longestLine, 1])
        // Not within a character.
        let text = "x" + String(repeating: "€", count: ProgramOutput.longestLine)
        let pieces = ProgramOutput.lines(Array(text.utf8)[...])
        #expect(pieces.joined() == text && pieces.allSatisfy { $0.utf8.count <= ProgramOutput.longestLine })
    }

    @Test func `A change of a watched file is told once it is complete, and once`() throws {
        let folder = try TemporaryFolder()
        try folder.write("1", to: "a.py")
        var watch = ProgramWatch("\(folder.path)/*.py")
        func looks(_ count: Int) -> [Bool] { (0..<count).map { _ in watch.look() } }
        #expect(looks(2) == [false, false])
        try folder.write("22", to: "a.py")
        #expect(looks(3) == [false, true, false])
        try folder.write("1", to: "b.txt")
        #expect(looks(2) == [false, false])
        try folder.write("1", to: "b.py")
        #expect(looks(2) == [false, true])
        try folder.remove("b.py")
        try folder.write("333", to: "a.py")
        #expect(looks(1) == [false])
        // It goes on.
        try folder.write("4444", to: "a.py")
        #expect(looks(3) == [false, true, false])
    }

    @Test func `Two asterisks stand for any number of folders, those that are made later too`() throws {
        let folder = try TemporaryFolder()
        func make(_ path: String) throws {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/\(path)", withIntermediateDirectories: true)
        }
        for path in ["app/inner/[odd]", "app/.hidden", "other"] { try make(path) }
        for file in [
            "top.py", "app/a.py", "app/a.txt", "app/inner/b.py", "app/inner/[odd]/c.py", "app/.hidden/d.py",
            "other/e.py",
        ] { try folder.write("1", to: file) }
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/app/loop", withDestinationPath: "\(folder.path)/app")
        func found(_ pattern: String, mostFolders: Int = PathPattern.mostFolders) -> [String] {
            let path = PathPattern.escaped(folder.path)
            return PathPattern.paths(of: "\(path)/\(pattern)", mostFolders: mostFolders)
                .map { String($0.dropFirst(folder.path.count + 1)) }
        }
        #expect(found("app/**/*.py") == ["app/a.py", "app/inner/b.py", "app/inner/[odd]/c.py"])
        #expect(found("*/**/e.py") == ["other/e.py"])
        #expect(found("app/**/inner/**/*.py") == ["app/inner/b.py", "app/inner/[odd]/c.py"])
        #expect(Set(found("app/inner/**")) == ["app/inner/[odd]", "app/inner/b.py", "app/inner/[odd]/c.py"])
        #expect(found("nowhere/**/*.py") == [])
        #expect(found("app/**/**/*.py") == ["app/a.py", "app/inner/b.py", "app/inner/[odd]/c.py"])
        // The bound is one of the whole pattern, however many folders it begins with.
        #expect(found("*/**/*.py", mostFolders: 2) == ["app/a.py", "app/inner/b.py"])
        var watch = ProgramWatch("\(folder.path)/app/**/*.py")
        func looks(_ count: Int) -> [Bool] { (0..<count).map { _ in watch.look() } }
        #expect(!watch.isEmpty && ProgramWatch("\(folder.path)/nowhere/*.py").isEmpty)
        #expect(looks(1) == [false])
        try make("app/new/deep")
        try folder.write("1", to: "app/new/deep/f.py")
        #expect(looks(3) == [false, true, false])
    }

    @Test func `Files are looked at less often where a look takes long`() {
        #expect(ProgramLoop.lookInterval(after: .milliseconds(1)) == .milliseconds(500))
        #expect(ProgramLoop.lookInterval(after: .milliseconds(300)) == .seconds(6))
    }

    @Test func `A pattern is relative to the folder of the file, whatever that is called`() {
        #expect(FileFolder.pattern("*.py", beside: "/srv/a[1]*/gateway.yaml") == "/srv/a\\[1]\\*/*.py")
        #expect(FileFolder.pattern("/x/*.py", beside: "/srv/a[1]/gateway.yaml") == "/x/*.py")
    }
}
