package dev.echelon.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A loopback port on which connecting neither succeeds nor fails: somebody listens, but the backlog is full. */
public final class Blackhole implements AutoCloseable {

    private static final int MOST = 64;
    private static final int FULL_MILLIS = 300;

    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> waiting = new ArrayList<>();

    public Blackhole() throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
        while (waiting.size() < MOST) {
            Socket next = new Socket();
            try {
                next.connect(address, FULL_MILLIS);
                waiting.add(next);
            } catch (SocketTimeoutException full) {
                next.close();
                return;
            }
        }
        close();
        throw new IOException("the backlog never fills");
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        server.close();
    }
}
