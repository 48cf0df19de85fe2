package dev.echelon.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Loads the TOML files of a folder: registry, enabled files, environment, inheritance, defaults, checks, records. Every
 * problem is told at once. A loader may be kept and used again and from any thread; all it remembers are parsed files.
 */
public final class ConfigLoader {

    private final Function<String, @Nullable String> environment;
    private final ParsedFiles parsed = new ParsedFiles();

    /** @param environment gives a variable's value; {@code null} or an empty text where it is unset */
    public ConfigLoader(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /** @param configs the folder that holds {@code llms}, or {@code llms} itself */
    public Configuration load(Path configs) throws ConfigException {
        return load(configs, null);
    }

    /** @param profile files of {@code configs/<profile>/llms} stand in for those of the same path in {@code llms} */
    public Configuration load(Path configs, @Nullable String profile) throws ConfigException {
        return load(configs, profile, false);
    }

    /** As {@link #load}, but lenient mode puts no defaults in place of broken values: what runs is better than those. */
    public Configuration reload(Path configs, @Nullable String profile) throws ConfigException {
        return load(configs, profile, true);
    }

    private Configuration load(Path configs, @Nullable String profile, boolean reload) throws ConfigException {
        Report report = new Report();
        Environment variables = new Environment(environment, report);
        Optional<Draft> draft = ConfigFolder.open(configs, profile, report)
                .flatMap(folder -> registry(folder, variables, reload, report)
                        .map(registry -> draft(folder, registry, variables, report)));
        draft.ifPresent(complete -> check(complete, report));
        report.throwIfFailed();
        return draft.map(complete -> complete.configuration(report.warnings()))
                .orElseThrow(() -> new ConfigException(List.of()));
    }

    private Optional<Registry> registry(ConfigFolder folder, Environment variables, boolean reload, Report report) {
        if (!folder.hasRegistry()) {
            return Optional.of(FolderScan.scan(folder, report));
        }
        return folder.registry()
                .flatMap(file -> {
                    report.file(file.shown());
                    return folder.read(file).flatMap(bytes -> new TomlText(file.shown(), report).parse(bytes));
                })
                .map(table -> new RegistryReader(report, reload).read(table, variables));
    }

    private Draft draft(ConfigFolder folder, Registry registry, Environment variables, Report report) {
        List<Document> documents = new Documents(folder, parsed, variables, report).load(registry);
        return new DraftReader(registry, variables, report).read(documents);
    }

    private static void check(Draft draft, Report report) {
        if (References.check(draft, report)) {
            EchelonReach.check(draft, report);
        }
        PoolCycles.check(draft, report);
        Weights.check(draft, report);
        Dependencies.check(draft, report);
        ProviderUse.check(draft, report);
    }
}
