package dev.echelon.cli;

import dev.echelon.config.Configuration;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import dev.echelon.route.RouteText;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code echelon routes}: prints what a configuration compiles to; needs no keys and starts nothing. */
@Command(description = "Print the Camel routes that the configuration compiles to.", mixinStandardHelpOptions = true)
final class RoutesCommand implements Callable<Integer> {

    enum Format {
        yaml,
        mermaid
    }

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--format",
            defaultValue = "yaml",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.yaml;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        LogSetup.quiet();
        // which keys are set says nothing about the routes: all instances are shown
        Configuration configuration = Simulation.redirect(options.load(), 1);
        try (GatewayRuntime runtime = new GatewayRuntime();
                CamelContext context = new DefaultCamelContext()) {
            Gateway gateway = runtime.install(context, configuration);
            RouteText text = new RouteText(context, gateway.generation());
            PrintWriter out = spec.commandLine().getOut();
            out.print(format == Format.mermaid ? text.mermaid() : text.yaml());
            out.flush();
        }
        return Echelon.OK;
    }
}
