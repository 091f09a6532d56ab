import Glibc

/// The network interfaces of this machine.
enum NetworkInterface {
    /// Whether there is one of a name.
    static func exists(_ name: String) -> Bool { unsafe if_nametoindex(name) != 0 }
}
