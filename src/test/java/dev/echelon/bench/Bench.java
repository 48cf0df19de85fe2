package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code bench/run}. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        description = "Measures Echelon beside its peers; writes results.md, results.json and results.svg.")
public final class Bench implements Callable<Integer> {

    @Option(
            names = "--quick",
            description = "Two minutes: CPU per request beside raw Vert.x's; exit status 1 when short.")
    private boolean quick;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these experiments.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--without", split = ",", paramLabel = "NAME", description = "Without these experiments.")
    private List<String> without = new ArrayList<>();

    @Option(
            names = "--jdk",
            defaultValue = "both",
            paramLabel = "17|25|both",
            description = "Which JDKs run the JVM's.")
    private String jdk = "both";

    @Option(names = "--output", defaultValue = "target/bench", paramLabel = "DIR", description = "Where results go.")
    private Path output = Path.of("target/bench");

    @Option(names = "--list", description = "Names the experiments and ends.")
    private boolean list;

    /** Exit status 0 when all is done, 1 when the short form found too much, 2 for bad usage. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (quick) {
            return quick();
        }
        List<Jdk> jdks = jdks();
        Peers peers = Peers.find();
        try (Loops loops = Loops.of(Runtime.getRuntime().availableProcessors())) {
            List<Experiment> chosen = new Catalogue(loops, jdks, peers)
                    .all().stream()
                            .filter(it -> only.isEmpty() || only.contains(it.name()))
                            .filter(it -> !without.contains(it.name()))
                            .toList();
            if (list) {
                chosen.forEach(it -> System.out.println(it.name() + ": " + it.description()));
                return 0;
            }
            Path folder = Files.createTempDirectory("echelon-bench");
            List<Results.Table> tables = new ArrayList<>();
            for (Experiment experiment : chosen) {
                List<Row> rows = experiment.run(folder, System.out::println);
                tables.add(new Results.Table(experiment.name(), experiment.description(), experiment.metrics(), rows));
                write(tables, jdks, peers);
            }
            System.out.println(write(tables, jdks, peers));
        }
        return 0;
    }

    /** After each experiment, so that a run that is ended early has told something. */
    private String write(List<Results.Table> tables, List<Jdk> jdks, Peers peers) throws IOException {
        Results results =
                new Results(LocalDate.now(ZoneOffset.UTC).toString(), Conditions.of(jdks, peers), List.copyOf(tables));
        Report report = new Report(results, jdks);
        report.write(output);
        return report.markdown();
    }

    private int quick() throws Exception {
        Comparison comparison = Comparison.run(Comparison.TWO_MINUTES, System.out::println);
        System.out.println(comparison);
        return comparison.ratio() <= Comparison.TWO_MINUTES.most() ? 0 : 1;
    }

    private List<Jdk> jdks() {
        List<Integer> releases = jdk.equals("both") ? List.of(17, 25) : List.of(Integer.valueOf(jdk));
        List<Jdk> found =
                releases.stream().map(Jdk::find).flatMap(Optional::stream).toList();
        if (found.isEmpty()) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "there is no JDK " + jdk + " in /usr/lib/jvm");
        }
        return found;
    }
}
