package dev.echelon.cli;

import dev.echelon.cli.simulator.Simulator;
import dev.echelon.config.Configuration;
import dev.echelon.domain.Cell;
import dev.echelon.ingress.files.AnswerFile;
import dev.echelon.ingress.files.Batch;
import dev.echelon.ingress.files.BatchLines;
import dev.echelon.ingress.files.BatchProgress;
import dev.echelon.ingress.files.Prompts;
import dev.echelon.route.GatewayRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code echelon batch}: a file of prompts to a file of answers, many at a time; goes on where it was stopped. */
@Command(
        description =
                "Answer a file of prompts: OpenAI batch lines, {\"prompt\": \"...\"} lines or plain text lines. Run it"
                        + " again to go on where it stopped and to ask once more what failed.",
        mixinStandardHelpOptions = true)
final class BatchCommand implements Callable<Integer> {

    private static final int MOST_IN_FLIGHT = 10_000;
    private static final int FINISH_SECONDS = 30;
    private static final Duration BAR_INTERVAL = Duration.ofMillis(200);
    private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);

    @Parameters(paramLabel = "PROMPTS", description = "The file of prompts, one a line.")
    private Path prompts = Path.of("prompts.jsonl");

    @Option(
            names = "--target",
            paramLabel = "NAME",
            description =
                    "Wrapper, pool, group, group.echelon or provider:model for all prompts (default: the model that"
                            + " each names).")
    @Nullable
    private String target;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The file of answers, in the shape of OpenAI's batch output.")
    private Path output = Path.of("answers.jsonl");

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "64",
            description = "Prompts under way at once (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Option(
            names = "--max-age",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "How long a prompt that finds no model free is asked again (default: ${DEFAULT-VALUE}).")
    private int maxAge;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Mixin
    private Simulation simulation = new Simulation();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        check();
        LogSetup.quiet();
        Configuration configuration = options.load();
        long total = BatchLines.count(prompts);
        try (AnswerFile answers = openAnswers();
                BatchLines lines = BatchLines.of(prompts, true);
                GatewayRuntime runtime = new GatewayRuntime();
                @Nullable Simulator simulator = simulation.enabled() ? simulation.prepare(runtime.vertx()) : null;
                CamelContext context = new DefaultCamelContext()) {
            runtime.install(
                    context, simulator == null ? configuration : Simulation.redirect(configuration, simulator.start()));
            context.start();
            ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
            try (Prompts ask = Prompts.to(
                    context.getEndpoint("llm:request?responseType=object"), target, "; --target names one for all")) {
                Batch.Bounds bounds = Batch.Bounds.of(inFlight, Duration.ofSeconds(maxAge));
                Batch batch = new Batch(lines, answers, ask, bounds, thread, System::nanoTime);
                return run(batch, answers, new ProgressText(total));
            } finally {
                thread.shutdownNow();
            }
        }
    }

    private int run(Batch batch, AnswerFile answers, ProgressText text) throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        Cell<Optional<Exception>> failure = new Cell<>(Optional.empty());
        Thread interrupted = new Thread(() -> finish(batch, told), "batch-finish");
        long start = System.nanoTime();
        Runtime.getRuntime().addShutdownHook(interrupted);
        batch.start(reason -> {
            failure.update(none -> Optional.ofNullable(reason));
            ended.countDown();
        });
        try {
            show(batch, text, start, ended, err);
            answers.force();
            if (failure.get().isPresent()) {
                throw failure.get().get();
            }
            BatchProgress progress = batch.progress();
            err.println(text.summary(progress, since(start)));
            if (!progress.complete()) {
                err.println("stopped; the same command goes on from here");
            } else if (progress.failed() > 0) {
                err.println("the same command asks what failed once more");
            }
            err.flush();
            return progress.complete() && progress.failed() + progress.repeated() == 0 ? Echelon.OK : Echelon.FAILED;
        } finally {
            told.countDown();
            removeHook(interrupted);
        }
    }

    private static void show(Batch batch, ProgressText text, long start, CountDownLatch ended, PrintWriter err)
            throws InterruptedException {
        boolean terminal = Boolean.getBoolean("echelon.terminal");
        Duration interval = terminal ? BAR_INTERVAL : LINE_INTERVAL;
        boolean over;
        do {
            over = ended.await(interval.toMillis(), TimeUnit.MILLISECONDS);
            if (terminal) {
                // to the line's beginning, and away with what is right of the new text
                err.print("\r" + text.bar(batch.progress(), since(start)) + "\u001b[K" + (over ? "\n" : ""));
            } else if (!over) {
                err.println(text.line(batch.progress(), since(start)));
            }
            err.flush();
        } while (!over);
    }

    /** At SIGINT or SIGTERM. */
    private void finish(Batch batch, CountDownLatch told) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf("%nfinishing what is under way, at most %d s%n", FINISH_SECONDS);
        err.flush();
        batch.stop();
        try {
            if (!told.await(FINISH_SECONDS, TimeUnit.SECONDS)) {
                err.println("stopped; the same command goes on from here, and asks again what was under way");
                err.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // it runs, and has been let go
        }
    }

    private AnswerFile openAnswers() throws BadUsageException {
        try {
            return AnswerFile.open(output);
        } catch (IOException e) {
            throw new BadUsageException("echelon: " + told(e));
        }
    }

    private void check() throws BadUsageException, IOException {
        if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
            throw new BadUsageException("echelon: --in-flight must be 1 to " + MOST_IN_FLIGHT + ", not " + inFlight);
        }
        if (maxAge < 0) {
            throw new BadUsageException("echelon: --max-age must be 0 or more, not " + maxAge);
        }
        if (!Files.isRegularFile(prompts) || !Files.isReadable(prompts)) {
            throw new BadUsageException("echelon: there is no file of prompts " + prompts);
        }
        if (Files.exists(output) && Files.isSameFile(prompts, output)) {
            throw new BadUsageException("echelon: prompts and answers are the same file");
        }
    }

    /** A file system's exception often says no more than the file's name. */
    private static String told(IOException e) {
        return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : e.toString();
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
