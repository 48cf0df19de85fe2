package dev.echelon.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a configuration's size costs: time to the first answer, memory, and CPU per request to one pool over all
 * instances and to a pool of ten, for several numbers of instances. Upstream and callers share this process.
 */
public final class Scale {

    private static final int CALLERS = 16;
    private static final String TEN = "p0";
    private static final int WARM_UP = 20_000;

    private final Vertx vertx;
    private final int upstream;

    private Scale(Vertx vertx, int upstream) {
        this.vertx = vertx;
        this.upstream = upstream;
    }

    /** Prints a line a size: {@code -Dsizes=10,1000,10000 -Drequests=20000 -Dstrategy=round_robin}. */
    public static void main(String[] arguments) throws Exception {
        int requests = Integer.getInteger("requests", 20_000);
        int rounds = Integer.getInteger("rounds", 3);
        String strategy = System.getProperty("strategy", "round_robin");
        Vertx vertx =
                Vertx.vertx(new VertxOptions().setEventLoopPoolSize(Load.LOOPS).setPreferNativeTransport(true));
        try {
            Scale scale = new Scale(vertx, BenchUpstream.start(vertx, freePort(), 0, 0, 0));
            for (String size : System.getProperty("sizes", "10,1000,10000").split(",", -1)) {
                scale.measure(Integer.parseInt(size), strategy, requests, rounds);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private void measure(int instances, String strategy, int requests, int rounds) throws Exception {
        Path configs = Files.createTempDirectory("echelon-scale");
        new ScaleConfigs(configs, "http://127.0.0.1:" + upstream + "/v1").write(instances, strategy);
        int port = freePort();
        Callers callers = new Callers(vertx, port, CALLERS);
        long start = System.nanoTime();
        try (GatewayUnderLoad gateway =
                new GatewayUnderLoad(configs, port, freePort(), System.getProperty("gateway.options", ""))) {
            callers.ask(ScaleConfigs.ALL, 1);
            double started = (System.nanoTime() - start) / 1e9;
            long idle = gateway.rssMegabytes();
            double startCpu = gateway.cpuSeconds();
            callers.ask(ScaleConfigs.ALL, WARM_UP + 2 * instances);
            callers.ask(TEN, WARM_UP);
            List<Double> all = new ArrayList<>();
            List<Double> ten = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                all.add(cpu(gateway, callers, ScaleConfigs.ALL, requests));
                ten.add(cpu(gateway, callers, TEN, requests));
            }
            System.out.printf(
                    "%6d instances, %s: first answer %.2f s (%.2f s CPU), RSS %d MB then, %d MB after;"
                            + " CPU a request: pool of all %.1f us %s, pool of 10 %.1f us %s%n",
                    instances,
                    strategy,
                    started,
                    startCpu,
                    idle,
                    gateway.rssMegabytes(),
                    median(all),
                    all,
                    median(ten),
                    ten);
        } finally {
            callers.close();
            delete(configs);
        }
    }

    /** Microseconds a request. */
    private static double cpu(GatewayUnderLoad gateway, Callers callers, String target, int requests) throws Exception {
        double before = gateway.cpuSeconds();
        callers.ask(target, requests);
        return Math.round((gateway.cpuSeconds() - before) * 1e7 / requests) / 10.0;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
