package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a configuration's size costs: time to the first answer, memory, and CPU per request to one pool over all
 * instances and to a pool of ten, for several numbers of instances.
 */
public final class Scale {

    private static final int CALLERS = 16;
    private static final String TEN = "p0";
    private static final int WARM_UP = 40_000;
    private static final int PROMPT_BYTES = 100;

    private final Loops loops;
    private final Workshop workshop;

    private Scale(Loops loops, Workshop workshop) {
        this.loops = loops;
        this.workshop = workshop;
    }

    /** Prints a line a size: {@code -Dsizes=10,1000,10000 -Drequests=20000 -Drounds=3 -Dstrategy=round_robin}. */
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of("target/bench-scale");
        String strategy = System.getProperty("strategy", "round_robin");
        try (Loops loops = Loops.of(1);
                Workshop workshop = Workshop.open(root, "scale", Behaviour.plain(Duration.ZERO))) {
            Scale scale = new Scale(loops, workshop);
            for (String size : System.getProperty("sizes", "10,1000,10000").split(",", -1)) {
                scale.measure(
                        Integer.parseInt(size),
                        strategy,
                        Integer.getInteger("requests", 20_000),
                        Integer.getInteger("rounds", 3));
            }
        }
    }

    private void measure(int instances, String strategy, int requests, int rounds) throws Exception {
        Path configs = Files.createTempDirectory(workshop.folder(), "configs");
        new ScaleConfigs(configs, "http://127.0.0.1:" + workshop.upstreams().get(0) + "/v1").write(instances, strategy);
        long start = System.nanoTime();
        try (Subject.Running gateway = EchelonGateway.of(Jdk.own()).serve(workshop, configs)) {
            double started = (System.nanoTime() - start) / 1e9;
            double startCpu = gateway.figures().cpuSeconds();
            double idle = gateway.figures().residentMegabytes();
            micros(gateway, ScaleConfigs.ALL, WARM_UP + 2 * instances);
            micros(gateway, TEN, WARM_UP);
            List<Double> all = new ArrayList<>();
            List<Double> ten = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                all.add(micros(gateway, ScaleConfigs.ALL, requests));
                ten.add(micros(gateway, TEN, requests));
            }
            System.out.printf(
                    "%6d instances, %s: first answer %.2f s (%.2f s CPU), RSS %.0f MB then, %.0f MB after;"
                            + " CPU a request: pool of all %.1f us %s, pool of 10 %.1f us %s%n",
                    instances,
                    strategy,
                    started,
                    startCpu,
                    idle,
                    gateway.figures().residentMegabytes(),
                    median(all),
                    all,
                    median(ten),
                    ten);
        }
    }

    /** CPU of a request, of about so many. */
    private double micros(Subject.Running gateway, String target, int requests)
            throws InterruptedException, IOException {
        Answers answers = new Answers();
        try (Callers callers = new Callers(loops, gateway.endpoint(), Prompt.of(target, PROMPT_BYTES, false))) {
            Spent spent = new Spent(gateway);
            callers.open(CALLERS, Duration.ZERO, answers);
            while (answers.good() < requests) {
                TimeUnit.MILLISECONDS.sleep(20);
                if (answers.errors() > 0) {
                    throw new IOException(answers.errors() + " requests failed");
                }
            }
            answers.stop();
            return Math.round(spent.now().subject() * 1e7 / answers.good()) / 10.0;
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
    }
}
