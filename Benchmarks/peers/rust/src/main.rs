//! One end of a throughput or latency measurement in Rust with the crate `zmq`, the counterpart of CPeer with the same
//! output.
//!
//!     rust-zmq-peer pull|push|reply|request|throughput|latency ENDPOINT SIZE COUNT [FRAMES]

use std::error::Error;
use std::io::Read;
use std::time::Instant;
use zmq::{Context, Message, Socket, SocketType, SNDMORE};

#[derive(Clone, Copy)]
struct Peer {
    size: usize,
    count: usize,
    frames: usize,
}

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

impl Peer {
    fn flags(&self, frame: usize) -> i32 {
        if frame + 1 < self.frames { SNDMORE } else { 0 }
    }

    fn make_frame(&self) -> Message {
        let mut frame = Message::with_size(self.size);
        frame.fill(b'x');
        frame
    }

    fn send_new(&self, socket: &Socket) -> Outcome<()> {
        for frame in 0..self.frames {
            socket.send(self.make_frame(), self.flags(frame))?;
        }
        Ok(())
    }

    /// Sends the frames, and leaves empty ones behind to be received into.
    fn send(&self, socket: &Socket, message: &mut [Message]) -> Outcome<()> {
        for (index, frame) in message.iter_mut().enumerate() {
            socket.send(std::mem::replace(frame, Message::new()), self.flags(index))?;
        }
        Ok(())
    }

    fn receive(&self, socket: &Socket, message: &mut [Message]) -> Outcome<()> {
        for (index, frame) in message.iter_mut().enumerate() {
            socket.recv(frame, 0)?;
            if frame.len() != self.size || frame.get_more() != (index + 1 < self.frames) {
                return Err(format!("received something else than {} frames of {} bytes", self.frames, self.size).into());
            }
        }
        Ok(())
    }

    fn receive_many(&self, socket: &Socket) -> Outcome<f64> {
        let mut message: Vec<Message> = (0..self.frames).map(|_| Message::new()).collect();
        self.receive(socket, &mut message)?;
        let begin = Instant::now();
        for _ in 0..self.count {
            self.receive(socket, &mut message)?;
        }
        Ok(self.count as f64 / begin.elapsed().as_secs_f64())
    }

    fn send_many(&self, socket: &Socket) -> Outcome<()> {
        for _ in 0..=self.count {
            self.send_new(socket)?;
        }
        Ok(())
    }

    fn answer(&self, socket: &Socket) -> Outcome<()> {
        let mut message: Vec<Message> = (0..self.frames).map(|_| Message::new()).collect();
        for _ in 0..=self.count {
            self.receive(socket, &mut message)?;
            self.send(socket, &mut message)?;
        }
        Ok(())
    }

    fn ask(&self, socket: &Socket) -> Outcome<f64> {
        let mut message: Vec<Message> = (0..self.frames).map(|_| self.make_frame()).collect();
        let mut begin = Instant::now();
        // The first round trip waits for the connection and is not counted.
        for number in 0..=self.count {
            self.send(socket, &mut message)?;
            self.receive(socket, &mut message)?;
            if number == 0 {
                begin = Instant::now();
            }
        }
        Ok(begin.elapsed().as_secs_f64() / self.count as f64 / 2.0 * 1e6)
    }

    /// Both ends in one process, the other one on a thread of its own.
    fn both(self, context: &Context, endpoint: &str, here: SocketType, there: SocketType) -> Outcome<f64> {
        let socket = context.socket(here)?;
        socket.bind(endpoint)?;
        let (shared, target) = (context.clone(), endpoint.to_string());
        let other = std::thread::spawn(move || -> Outcome<()> {
            let end = shared.socket(there)?;
            end.connect(&target)?;
            if there == SocketType::PUSH { self.send_many(&end) } else { self.answer(&end) }
        });
        let figure = if here == SocketType::PULL { self.receive_many(&socket)? } else { self.ask(&socket)? };
        other.join().map_err(|_| "the other end panicked")??;
        Ok(figure)
    }
}

fn bound(context: &Context, kind: SocketType, endpoint: &str) -> Outcome<Socket> {
    let socket = context.socket(kind)?;
    socket.bind(endpoint)?;
    println!("{}", socket.get_last_endpoint()?.unwrap_or_else(|text| String::from_utf8_lossy(&text).into()));
    Ok(socket)
}

fn connected(context: &Context, kind: SocketType, endpoint: &str) -> Outcome<Socket> {
    let socket = context.socket(kind)?;
    socket.connect(endpoint)?;
    Ok(socket)
}

fn wait_for_end_of_input() -> Outcome<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.len() != 4 && words.len() != 5 {
        return Err("usage: rust-zmq-peer ROLE ENDPOINT SIZE COUNT [FRAMES]".into());
    }
    let frames = words.get(4).map_or(Ok(1), |word| word.parse())?;
    let peer = Peer { size: words[2].parse()?, count: words[3].parse()?, frames };
    let (endpoint, context) = (words[1].as_str(), Context::new());
    match words[0].as_str() {
        "pull" => println!("{}", peer.receive_many(&bound(&context, SocketType::PULL, endpoint)?)?),
        "push" => {
            let socket = connected(&context, SocketType::PUSH, endpoint)?;
            peer.send_many(&socket)?;
            wait_for_end_of_input()?;
        }
        "reply" => {
            let socket = bound(&context, SocketType::REP, endpoint)?;
            peer.answer(&socket)?;
            wait_for_end_of_input()?;
        }
        "request" => println!("{}", peer.ask(&connected(&context, SocketType::REQ, endpoint)?)?),
        "throughput" => println!("{}", peer.both(&context, endpoint, SocketType::PULL, SocketType::PUSH)?),
        "latency" => println!("{}", peer.both(&context, endpoint, SocketType::REQ, SocketType::REP)?),
        role => return Err(format!("unknown role {role}").into()),
    }
    Ok(())
}
