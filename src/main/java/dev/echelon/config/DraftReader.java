package dev.echelon.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Documents to a draft: each kind of file by its reader, wrappers' {@code [global]} first since echelons need it. */
final class DraftReader {

    private static final List<String> BUILT_IN = List.of("openai", "anthropic");

    private final Registry registry;
    private final Environment environment;
    private final Report report;
    // by identity: to compare two documents is to compare all that is in them
    private final Set<Document> read = Collections.newSetFromMap(new IdentityHashMap<>());

    DraftReader(Registry registry, Environment environment, Report report) {
        this.registry = registry;
        this.environment = environment;
        this.report = report;
    }

    Draft read(List<Document> documents) {
        List<Located<ProviderConfig>> providers = providers(documents);
        Map<String, Located<ProviderConfig>> byName = Draft.byName(providers, ProviderConfig::name);
        Globals globals = new Globals(documents, report);
        DefaultsReader defaultsReader = new DefaultsReader(report);
        RequestDefaults defaults = defaultsReader.read(globals.common());
        RequestDefaults groupDefaults = defaultsReader.read(globals.ofGroups());
        GroupReader groupReader = new GroupReader(byName, defaults, report);
        PoolReader poolReader = new PoolReader(report);
        List<Located<TaskGroupConfig>> groups = each(documents, Document.Kind.TASK_GROUP, groupReader::read);
        List<Located<PoolConfig>> pools = each(documents, Document.Kind.POOL, poolReader::read);
        List<Located<WrapperConfig>> wrappers = new ArrayList<>();
        WrapperReader wrapperReader = new WrapperReader(report);
        of(documents, Document.Kind.WRAPPERS).forEach(document -> {
            wrappers.addAll(wrapperReader.read(document));
            read.add(document);
        });
        Names.check(providers, groups, pools, wrappers, report);
        return new Draft(
                registry,
                byName,
                Draft.byName(groups, TaskGroupConfig::name),
                Draft.byName(pools, PoolConfig::name),
                Draft.byName(wrappers, WrapperConfig::name),
                defaults,
                groupDefaults,
                lost());
    }

    /** Files first, then the built-in ones that no file of the registry, enabled or not, stands for. */
    private List<Located<ProviderConfig>> providers(List<Document> documents) {
        ProviderReader reader = new ProviderReader(report);
        List<Located<ProviderConfig>> providers =
                new ArrayList<>(each(documents, Document.Kind.PROVIDER, reader::read));
        for (String name : BUILT_IN) {
            boolean taken = registry.entry(Document.Kind.PROVIDER, name).isPresent()
                    || providers.stream()
                            .anyMatch(provider -> provider.value().name().equals(name));
            if (!taken) {
                ProviderReader.builtIn(name, report)
                        .map(document -> document.with(environment.expand(document.root())))
                        .flatMap(reader::read)
                        .ifPresent(providers::add);
            }
        }
        return providers;
    }

    private <T> List<Located<T>> each(
            List<Document> documents, Document.Kind kind, Function<Document, Optional<Located<T>>> reader) {
        List<Located<T>> found = new ArrayList<>();
        for (Document document : of(documents, kind)) {
            reader.apply(document).ifPresent(located -> {
                found.add(located);
                read.add(document);
            });
        }
        return found;
    }

    private static List<Document> of(List<Document> documents, Document.Kind kind) {
        return documents.stream().filter(document -> document.kind() == kind).toList();
    }

    private Set<Draft.Lost> lost() {
        Map<Document.Kind, Set<String>> good = new LinkedHashMap<>();
        read.forEach(document ->
                good.computeIfAbsent(document.kind(), kind -> new HashSet<>()).add(document.key()));
        Set<Draft.Lost> lost = new LinkedHashSet<>();
        for (Registry.Entry entry : registry.entries()) {
            boolean there = good.getOrDefault(entry.kind(), Set.of()).contains(entry.key());
            if (entry.enabled() && !there) {
                lost.add(new Draft.Lost(entry.kind(), entry.key(), entry.place().line() > 0));
            }
        }
        return lost;
    }
}
