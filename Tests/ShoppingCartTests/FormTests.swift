import Testing

@testable import ShoppingCart

/// Both encodings of forms.
@Suite struct FormTests {
    @Test(arguments: [
        ("a=1", [FormField("a", "1")]), ("a=1&b=2", [FormField("a", "1"), FormField("b", "2")]),
        ("a=1&a=2", [FormField("a", "1"), FormField("a", "2")]), ("", []), ("&&a=1&", [FormField("a", "1")]),
        ("a", [FormField("a", "")]), ("a=", [FormField("a", "")]), ("=1", [FormField("", "1")]),
        ("a=b=c", [FormField("a", "b=c")]), ("a+b=c+d", [FormField("a b", "c d")]),
        ("a%2Bb=%26%3D", [FormField("a+b", "&=")]), ("%E4%BD%A0=%e5%a5%bd", [FormField("你", "好")]),
        ("a;b=1", [FormField("a;b", "1")]),
    ])
    func `Pairs are read`(text: String, fields: [FormField]) throws {
        #expect(try URLEncodedForm.fields(Array(text.utf8)) == fields)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%=1", "a=%FF", "a=%C0%AE", "a=%ED%A0%80"])
    func `A broken escape and what is not UTF-8 are refused`(text: String) {
        #expect { try URLEncodedForm.fields(Array(text.utf8)) } throws: { error in
            if case .malformed? = error as? FormMistake { true } else { false }
        }
    }

    @Test func `Too many fields are refused`() throws {
        let fields = [String](repeating: "a=1", count: 200)
        #expect(try URLEncodedForm.fields(Array(fields.joined(separator: "&").utf8)).count == 200)
        #expect(throws: FormMistake.tooManyFields) {
            try URLEncodedForm.fields(Array((fields + ["b=1"]).joined(separator: "&").utf8))
        }
    }

    private func multipart(_ body: String, type: String = "multipart/form-data; boundary=x") throws -> [FormField] {
        try MultipartForm(try #require(MediaType(type))).fields(Array(body.utf8))
    }

    private func part(_ head: String, _ value: String) -> String { "--x\r\n\(head)\r\n\r\n\(value)\r\n" }

    @Test func `Parts are read`() throws {
        let body =
            part("Content-Disposition: form-data; name=\"a\"", "1")
            + part("content-disposition:form-data;name=b\r\nContent-Type: text/plain; charset=UTF-8", "two\r\nlines")
            + part("Content-Disposition: form-data; name=\"%22\\\\\"", "")
            + part("Content-Disposition: form-data; name=\"你\"", "好")
        let fields = [FormField("a", "1"), FormField("b", "two\r\nlines"), FormField("\"\\", ""), FormField("你", "好")]
        for end in ["--x--\r\n", "--x--", "--x-- \t\r\n"] { #expect(try multipart(body + end) == fields) }
        #expect(try multipart("--x--\r\n") == [])
        // What stands before and behind is nothing of the form.
        for before in ["\r\n", "\r\n\r\n", "a note\r\n", "MIME-Version: 1.0\r\n\r\n", "--y\r\n--\r\n", "a --x\r\n"] {
            for behind in ["\r\n\r\n", "\r\na note", "\r\n--x\r\nno part", "  \r\n--x--"] {
                #expect(try multipart(before + body + "--x--" + behind) == fields, "\(before)…\(behind)")
            }
        }
        #expect(
            try multipart(part("Content-Disposition: form-data; name=a", "\r\n--y--x") + "--x--")[0].value
                == "\r\n--y--x")
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"é\"",
        "multipart/form-data; boundary=\"a\tb\"",
        "multipart/form-data; boundary=" + String(repeating: "a", count: 71),
    ])
    func `A boundary that is none is refused`(type: String) throws {
        let type = try #require(MediaType(type))
        #expect(throws: FormMistake.malformed("the content type names no boundary")) { try MultipartForm(type) }
    }

    @Test(arguments: [
        "*****", "\"a;b\"", "\"==Part_1==\"", "\"a b\"", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "\"a/b?c:d\"",
        "\"{a}\"",
        String(repeating: "a", count: 70),
    ])
    func `Any other boundary is looked for as it is`(boundary: String) throws {
        let delimiter = "--" + boundary.filter { $0 != "\"" }
        let body = "\(delimiter)\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n\(delimiter)--\r\n"
        #expect(try multipart(body, type: "multipart/form-data; boundary=\(boundary)") == [FormField("a", "1")])
    }

    @Test(arguments: [
        (#"C:\dir\file"#, #"C:\dir\file"#), (#"a\"b"#, #"a"b"#), (#"a\\b"#, #"a\b"#), (#"a%22b"#, #"a"b"#),
        (#"\\server"#, #"\server"#), (#"a;b=c"#, #"a;b=c"#),
    ])
    func `A back-slash in a name is itself, but for a quotation mark or another one`(
        written: String, name: String
    ) throws {
        let body = part("Content-Disposition: form-data; name=\"\(written)\"", "1") + "--x--"
        #expect(try multipart(body) == [FormField(name, "1")])
    }

    @Test func `What breaks a rule is refused`() throws {
        let good = "Content-Disposition: form-data; name=a"
        let bodies = [
            "", "a=1", "--y--", "--x", "--x\r\n", "--x\n" + good + "\n\n1\n--x--", "note\n--x--", "note --x--", "\r\n",
            part(good, "1"), part(good, "1") + "--x", part(good, "1") + "--x-- behind", part(good, "1") + "--x--\n",
            part(good, "1") + "--x--y\r\n",
            part("X: y", "1") + "--x--", part("", "1") + "--x--", part("no colon", "1") + "--x--",
            part("Content-Disposition: attachment; name=a", "1") + "--x--",
            part("Content-Disposition: form-data", "1") + "--x--",
            part("Content-Disposition: form-data; name=a; name=b", "1") + "--x--",
            part("Content-Disposition: form-data; name=\"a", "1") + "--x--", part(good + "\r\n" + good, "1") + "--x--",
            part(good + "\r\nContent-Transfer-Encoding: base64", "1") + "--x--",
            part(good + "\r\nContent-Type: text/plain; charset=utf-16", "1") + "--x--",
            part(good + "\r\nx: " + String(repeating: "y", count: 5000), "1") + "--x--",
            "--xy\r\n\(good)\r\n\r\n1\r\n--x--",
        ]
        for body in bodies {
            #expect(throws: FormMistake.self, "\(body)") { try multipart(body) }
        }
        #expect(throws: FormMistake.self) {
            let bytes = Array(part(good, "").dropLast(2).utf8) + [0xFF] + Array("\r\n--x--".utf8)
            _ = try MultipartForm(try #require(MediaType("multipart/form-data; boundary=x"))).fields(bytes)
        }
    }

    @Test func `A file is no field`() throws {
        for head in ["filename=\"a.txt\"", "filename=\"\"", "filename*=utf-8''a"] {
            #expect(throws: FormMistake.file(field: "a")) {
                try multipart(part("Content-Disposition: form-data; name=a; \(head)", "1") + "--x--")
            }
        }
    }

    @Test func `Too many parts are refused`() throws {
        let one = part("Content-Disposition: form-data; name=a", "1")
        #expect(try multipart(String(repeating: one, count: 200) + "--x--").count == 200)
        #expect(throws: FormMistake.tooManyFields) { try multipart(String(repeating: one, count: 201) + "--x--") }
    }

    @Test func `Bytes at random are read or refused`() throws {
        let pieces = [
            "--x", "\r\n", "--", "a", "Content-Disposition: form-data; name=", "\"", ";", ": ", "=", "%", " ", "é",
        ]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let body = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                pieces.randomElement(using: &generator)!
            }.joined()
            _ = try? multipart(body)
            _ = try? URLEncodedForm.fields(Array(body.utf8))
            _ = MediaType(body)
        }
    }

    @Test(arguments: [
        ("text/plain", "text/plain", [:]), ("Text/HTML; Charset=UTF-8", "text/html", ["charset": "UTF-8"]),
        ("a/b;c=\"d;\\\"e\"", "a/b", ["c": "d;\"e"]), ("a/b ; c=d ;", "a/b", ["c": "d"]),
    ])
    func `Content types are read`(text: String, name: String, parameters: [String: String]) throws {
        let type = try #require(MediaType(text))
        #expect(type.name == name)
        #expect(type.parameters == parameters)
    }

    @Test(arguments: ["", "text", "text/", "/plain", "a/b c", "a/b;c", "a/b;c=", "a/b;c=\"", "a/b;c=1;C=2", "a/b,c/d"])
    func `What is no content type is none`(text: String) {
        #expect(MediaType(text) == nil)
    }
}
