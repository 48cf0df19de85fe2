package dev.echelon.cli;

import dev.echelon.config.Configuration;
import dev.echelon.config.Problem;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code echelon validate}: says everything that is wrong with a configuration, or that nothing is. */
@Command(
        description = "Check the configuration; every fault is listed with its place.",
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws BadUsageException {
        Configuration configuration = options.load();
        PrintWriter out = spec.commandLine().getOut();
        for (Problem warning : configuration.warnings()) {
            out.println("warning: " + warning);
        }
        out.printf(
                "valid: %d pools, %d task groups, %d wrappers, %d providers, %d warnings%n",
                configuration.pools().size(),
                configuration.groups().size(),
                configuration.wrappers().size(),
                configuration.providers().size(),
                configuration.warnings().size());
        out.flush();
        return Echelon.OK;
    }
}
