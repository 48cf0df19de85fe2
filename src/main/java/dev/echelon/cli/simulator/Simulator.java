package dev.echelon.cli.simulator;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers as every provider, on {@code 127.0.0.1} only. It speaks the OpenAI and the Anthropic wire format below any path
 * prefix: {@code http://127.0.0.1:PORT/openai/v1} is a base URL of the first, {@code http://127.0.0.1:PORT/anthropic} of
 * the second. Every answer carries the header {@code x-simulated: true}, and its text begins with
 * {@code [simulated <model>]}.
 *
 * <p>Started and closed once, by its owner, who also owns the {@link Vertx}. Both wait; neither may be called on an event
 * loop.
 */
public final class Simulator implements AutoCloseable {

    static final String HOST = "127.0.0.1";

    private static final Logger log = LoggerFactory.getLogger(Simulator.class);
    private static final long LIFECYCLE_SECONDS = 10;

    private final Vertx vertx;
    private final int port;
    private final SimulatorRoutes routes;
    private @Nullable String deployment;

    /**
     * @param port the port to listen on, 0 for any
     */
    public Simulator(Vertx vertx, int port, SimulatorOptions options) {
        this(vertx, port, options, new Random(options.seed()), Clock.systemUTC());
    }

    /**
     * @param random decides about failures; asked by every event loop, so it must be thread-safe
     */
    Simulator(Vertx vertx, int port, SimulatorOptions options, RandomGenerator random, Clock clock) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("not a port: " + port);
        }
        this.vertx = vertx;
        this.port = port;
        this.routes = new SimulatorRoutes(vertx, options, new Failures(options.failureRate(), random), clock);
    }

    /**
     * Starts to listen.
     *
     * @return the port
     * @throws IllegalStateException when the port is taken, or it was started before
     */
    public int start() {
        if (deployment != null) {
            throw new IllegalStateException("the simulator is already running");
        }
        AtomicInteger actualPort = new AtomicInteger();
        int wanted = port == 0 ? anyPort() : port;
        int loops = Runtime.getRuntime().availableProcessors();
        deployment = await(
                vertx.deployVerticle(
                        () -> new SimulatorVerticle(routes, wanted, actualPort::set),
                        new DeploymentOptions().setInstances(loops)),
                "cannot start the simulator on " + HOST + ":" + port);
        log.warn(
                "Simulator on http://{}:{} answers as every provider: no answer comes from a model",
                HOST,
                actualPort.get());
        return actualPort.get();
    }

    @Override
    public void close() {
        String running = deployment;
        if (running != null && vertx.deploymentIDs().contains(running)) {
            await(vertx.undeploy(running), "cannot stop the simulator");
        }
        deployment = null;
    }

    /**
     * A negative number of this simulator's own, by which its event loops agree on one free port; -1 is left to whoever
     * else has servers in this Vert.x.
     */
    private int anyPort() {
        return -1
                - vertx.sharedData()
                        .<String, Integer>getLocalMap(Simulator.class.getName())
                        .merge("started", 1, Integer::sum);
    }

    private static <T> T await(Future<T> future, String otherwise) {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException(otherwise + ": called on an event loop");
        }
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIFECYCLE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(otherwise + ": interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(otherwise + ": " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(otherwise + ": not done within " + LIFECYCLE_SECONDS + " s", e);
        }
    }
}
