package dev.echelon.config;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code providers/*.toml}, and the built-in providers, which are written the same way. */
final class ProviderReader {

    /** What there is, by name. */
    private static final Map<String, String> BUILT_IN = Map.of("openai", """
            [provider]
            name = "openai"
            dialect = "openai"
            base_url = "${OPENAI_BASE_URL:https://api.openai.com}"
            api_key = "${OPENAI_API_KEY:}"
            """, "anthropic", """
            [provider]
            name = "anthropic"
            dialect = "anthropic"
            base_url = "${ANTHROPIC_BASE_URL:https://api.anthropic.com}"
            api_key = "${ANTHROPIC_API_KEY:}"
            """);

    /** The words of {@code dialect}. */
    enum Dialect {
        OPENAI,
        ANTHROPIC;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Takes the place of an address that was reported as broken; the load fails before anybody uses it. */
    private static final URI NOWHERE = URI.create("http://localhost");

    private final Report report;

    ProviderReader(Report report) {
        this.report = report;
    }

    Optional<Located<ProviderConfig>> read(Document document) {
        return Sections.main(document, "provider", report)
                .map(main -> new Located<>(provider(main, document), main.node(), document.key()));
    }

    /** The built-in provider of a name, before the environment is put in. */
    static Optional<Document> builtIn(String name, Report report) {
        String file = "built-in " + name;
        return Optional.ofNullable(BUILT_IN.get(name))
                .flatMap(text -> new TomlText(file, report).parse(text))
                .map(root -> new Document(Document.Kind.PROVIDER, name, Place.of(file), root));
    }

    private ProviderConfig provider(TableReader main, Document document) {
        String name = Sections.name(main, document, report);
        Dialect dialect = main.requiredChoice("dialect", Dialect.class, Dialect.OPENAI);
        String written = main.requiredText("base_url", "https://api.openai.com", "");
        URI url = written.isEmpty()
                ? NOWHERE
                : baseUrl(main, dialect.word(), report).orElse(NOWHERE);
        Secret key = main.secret("api_key");
        if (!main.has("api_key")) {
            report.error(
                    main.node().place(),
                    "provider has no api_key; write one, like api_key = \"${"
                            + name.toUpperCase(Locale.ROOT).replace('-', '_') + "_API_KEY:}\"");
        }
        ProviderConfig provider = new ProviderConfig(
                name,
                dialect.word(),
                url,
                key == null ? Secret.NONE : key,
                main.variables("api_key"),
                connections(main),
                main.integers("context_windows", Bounds.POSITIVE));
        main.finish();
        return provider;
    }

    private static ConnectionRules connections(TableReader main) {
        ConnectionRules usual = ConnectionRules.DEFAULT;
        return new ConnectionRules(
                main.seconds("connect_timeout", Bounds.POSITIVE, usual.connectTimeout()),
                main.integer("max_connections", Bounds.between(1, 1_000_000), usual.max()),
                main.choice("http2", ConnectionRules.Http2.class, usual.http2()),
                main.seconds("idle_timeout", Bounds.between(1, 86_400), usual.idle()),
                main.seconds("connection_lifetime", Bounds.between(1, 86_400), usual.lifetime()),
                main.bool("warm_up", usual.warmUp()));
    }

    /** {@code base_url}, here and in echelons. */
    static Optional<URI> baseUrl(TableReader table, String dialect, Report report) {
        Optional<URI> url = table.parsed("base_url", text -> BaseUrl.parse(text, dialect));
        if (url.isPresent() && BaseUrl.exposed(url.get())) {
            report.warning(
                    table.place("base_url"),
                    table.path("base_url") + " sends keys and prompts in the clear; write https");
        }
        return url;
    }
}
