package dev.echelon.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of loopback on which nobody listens. */
public final class Ports {

    /** Below those that a system gives to clients: none gets the port before, or while, its server is away. */
    private static final int FIRST = 20_000;

    private static final int COUNT = 3_000;

    /** JVMs that run tests beside each other have a range each, from 0. */
    private static final int RANGE = Integer.getInteger("tests.fork", 1) % 4;

    private Ports() {}

    public static int free() {
        return free(1).get(0);
    }

    /** So many, all different: two servers of one Vert.x would share a port, and take each other's connections. */
    public static List<Integer> free(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            while (held.size() < count) {
                int port = FIRST + RANGE * COUNT + ThreadLocalRandom.current().nextInt(COUNT);
                try {
                    held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                } catch (BindException taken) {
                    // another one then
                }
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            held.forEach(Ports::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
