package dev.echelon.cli;

import dev.echelon.cli.simulator.Simulator;
import dev.echelon.config.Configuration;
import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.Lane;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.route.Ask;
import dev.echelon.route.Call;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code echelon chat}: one prompt, through the same routes as everything else. */
@Command(description = "Send one prompt and print the answer.", mixinStandardHelpOptions = true)
final class ChatCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PROMPT", description = "The prompt.")
    private String prompt = "";

    @Option(names = "--target", required = true, description = "Wrapper, pool, group, group.echelon or provider:model.")
    private String target = "";

    @Option(names = "--stream", description = "Print tokens as they come.")
    private boolean stream;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Mixin
    private Simulation simulation = new Simulation();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        LogSetup.quiet();
        Configuration configuration = options.load();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (GatewayRuntime runtime = new GatewayRuntime();
                @Nullable Simulator simulator = simulation.enabled() ? simulation.prepare(runtime.vertx()) : null;
                CamelContext context = new DefaultCamelContext()) {
            Configuration used =
                    simulator == null ? configuration : Simulation.redirect(configuration, simulator.start());
            Gateway gateway = runtime.install(context, used);
            context.start();
            Exchange exchange = new DefaultExchange(context);
            ask(gateway, exchange, new Printer(out));
            Exception failure = exchange.getException();
            if (failure != null) {
                err.println("echelon: " + (failure instanceof ModelFailure told ? told.message() : failure.toString()));
                return Echelon.FAILED;
            }
            if (exchange.getMessage().getBody() instanceof ChatResponse response) {
                out.print(response.text());
            }
            out.println();
            out.flush();
            RouteInfo info = Call.of(exchange).info();
            err.printf("(%s, attempts: %d)%n", info.instance(), info.attempts());
            return Echelon.OK;
        }
    }

    private void ask(Gateway gateway, Exchange exchange, Printer printer) throws InterruptedException {
        Cancellation cancellation = new Cancellation();
        ChatRequest request = ChatRequest.ofText(prompt).withStream(stream);
        CountDownLatch done = new CountDownLatch(1);
        gateway.process(
                exchange,
                new Ask(
                        request,
                        target,
                        stream ? printer : null,
                        cancellation,
                        null,
                        exchange.getExchangeId(),
                        Lane.INTERACTIVE,
                        null),
                doneSync -> done.countDown());
        try {
            done.await();
        } catch (InterruptedException e) {
            cancellation.cancel();
            throw e;
        }
    }

    private record Printer(PrintWriter out) implements AnswerSink {

        @Override
        public void begin(RouteInfo info) {}

        @Override
        public boolean chunk(ChatChunk chunk) {
            for (ChatChunk.Delta delta : chunk.choices()) {
                if (delta.content() != null) {
                    out.print(delta.content());
                }
            }
            out.flush();
            return true;
        }

        @Override
        public void onDrain(Runnable listener) {
            listener.run();
        }
    }
}
