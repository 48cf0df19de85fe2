package dev.echelon.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server on loopback that knows no name at all, and does not answer for names that begin with {@code silent}. */
public final class FakeNameServer implements AutoCloseable {

    private static final int HEADER = 12;

    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final AtomicInteger queries = new AtomicInteger();

    public FakeNameServer() throws IOException {
        Thread thread = new Thread(this::serve, "fake-name-server");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** How often it was asked. */
    public int queries() {
        return queries.get();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] bytes = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                socket.receive(packet);
                queries.incrementAndGet();
                if (!firstLabel(bytes).startsWith("silent")) {
                    // a response, recursion available, no such name; no records of any kind but the question
                    bytes[2] = (byte) 0x81;
                    bytes[3] = (byte) 0x83;
                    bytes[10] = 0;
                    bytes[11] = 0;
                    socket.send(new DatagramPacket(bytes, endOfQuestion(bytes), packet.getAddress(), packet.getPort()));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private static String firstLabel(byte[] query) {
        return new String(query, HEADER + 1, query[HEADER], StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    }

    private static int endOfQuestion(byte[] query) {
        int at = HEADER;
        while (query[at] != 0) {
            at += query[at] + 1;
        }
        return at + 5;
    }
}
