package dev.echelon.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server on loopback that knows the names it is told and no others, and does not answer for names that begin with
 * {@code silent}.
 */
public final class FakeNameServer implements AutoCloseable {

    private static final int HEADER = 12;
    private static final int TYPE_A = 1;

    private record Known(byte[] address, int ttl) {}

    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final AtomicInteger queries = new AtomicInteger();
    private final Map<String, Known> names = new ConcurrentHashMap<>();

    public FakeNameServer() throws IOException {
        Thread thread = new Thread(this::serve, "fake-name-server");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /**
     * From now on the name has this address.
     *
     * @param ttl seconds for which that may be believed
     */
    public void answer(String name, InetAddress address, int ttl) {
        names.put(name, new Known(address.getAddress(), ttl));
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
                if (!name(bytes).startsWith("silent")) {
                    byte[] answer = answer(bytes);
                    socket.send(new DatagramPacket(answer, answer.length, packet.getAddress(), packet.getPort()));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    /** A response, recursion available; the question, and the address where one is known and asked for. */
    private byte[] answer(byte[] query) {
        Known known = names.get(name(query));
        int end = endOfQuestion(query);
        boolean found = known != null && query[end - 3] == TYPE_A;
        ByteBuffer answer = ByteBuffer.allocate(512)
                .put(query, 0, 2)
                .putShort((short) (known == null ? 0x8183 : 0x8180))
                .putShort((short) 1)
                .putShort((short) (found ? 1 : 0))
                .putInt(0)
                .put(query, HEADER, end - HEADER);
        if (known != null && found) {
            // the name of the question, type A, class Internet
            answer.putShort((short) 0xc00c).putShort((short) TYPE_A).putShort((short) 1);
            answer.putInt(known.ttl()).putShort((short) known.address().length).put(known.address());
        }
        return Arrays.copyOf(answer.array(), answer.position());
    }

    private static String name(byte[] query) {
        StringJoiner name = new StringJoiner(".");
        for (int at = HEADER; query[at] != 0; at += query[at] + 1) {
            name.add(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    private static int endOfQuestion(byte[] query) {
        int at = HEADER;
        while (query[at] != 0) {
            at += query[at] + 1;
        }
        return at + 5;
    }
}
