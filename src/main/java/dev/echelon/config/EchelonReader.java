package dev.echelon.config;

import dev.echelon.config.TaskGroupConfig.Echelon;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one echelon of a task group. */
final class EchelonReader {

    private static final Pattern MODEL = Pattern.compile("[^\\s\\p{Cntrl}]{1,200}");

    private final Map<String, Located<ProviderConfig>> providers;
    private final RequestDefaults defaults;
    private final Report report;

    EchelonReader(Map<String, Located<ProviderConfig>> providers, RequestDefaults defaults, Report report) {
        this.providers = providers;
        this.defaults = defaults;
        this.report = report;
    }

    Echelon read(String name, TableReader table) {
        List<ModelRef> models = models(table);
        Echelon echelon = new Echelon(
                name,
                models,
                table.requiredInteger("concurrency_limit", Bounds.POSITIVE, 10),
                table.requiredInteger("rpm_limit", Bounds.POSITIVE, 100),
                table.requiredInteger("priority", Bounds.POSITIVE, 1),
                table.seconds("timeout", Bounds.POSITIVE, defaults.defaultTimeout()),
                table.integer("max_retries", GroupReader.RETRIES, defaults.maxRetries()),
                table.optionalDecimal("temperature", WrapperReader.TEMPERATURE, "the caller's value"),
                table.optionalInteger("max_tokens", Bounds.POSITIVE, "the caller's value"),
                apiKey(table, models),
                baseUrl(table, models));
        table.finish();
        return echelon;
    }

    /** @throws IllegalArgumentException when the text is no model reference that can be sent upstream */
    static ModelRef model(String text) {
        ModelRef model = ModelRef.parse(text);
        if (!MODEL.matcher(text).matches()) {
            throw new IllegalArgumentException("holds white space or is longer than 200 characters");
        }
        return model;
    }

    private List<ModelRef> models(TableReader table) {
        List<ModelRef> models = new ArrayList<>();
        for (TableReader.Item item : table.requiredItems("models", "model", "openai:gpt-4o")) {
            try {
                models.add(model(item.text()));
            } catch (IllegalArgumentException e) {
                report.error(
                        item.place(),
                        table.path("models") + " lists " + Shown.text(item.text()) + ": " + e.getMessage());
            }
        }
        return List.copyOf(models);
    }

    /** An empty key is as good as none: the provider's own counts. */
    private @Nullable Secret apiKey(TableReader table, List<ModelRef> models) {
        Secret key = table.secret("api_key");
        if (table.has("api_key")) {
            oneProvider(table, "api_key", models);
        }
        if (key != null && key.isEmpty()) {
            List<String> variables = table.variables("api_key");
            report.warning(
                    table.place("api_key"),
                    table.path("api_key") + " is empty"
                            + (variables.isEmpty() ? "" : " (" + String.join(", ", variables) + " is not set)")
                            + "; the provider's key is used");
            return null;
        }
        return key;
    }

    private @Nullable URI baseUrl(TableReader table, List<ModelRef> models) {
        String written = table.optionalText("base_url", "the provider's");
        if (written == null || written.isBlank()) {
            return null;
        }
        Optional<ModelRef> model = oneProvider(table, "base_url", models);
        Located<ProviderConfig> provider =
                model.map(ref -> providers.get(ref.provider())).orElse(null);
        String dialect = provider == null ? "" : provider.value().dialect();
        return ProviderReader.baseUrl(table, dialect, report).orElse(null);
    }

    private Optional<ModelRef> oneProvider(TableReader table, String key, List<ModelRef> models) {
        List<String> names = models.stream().map(ModelRef::provider).distinct().toList();
        if (names.size() > 1) {
            report.error(
                    table.place(key),
                    table.path(key) + " would go to several providers (" + String.join(", ", names)
                            + "); make an echelon of each, or write it into configs/llms/providers");
        }
        return models.stream().findFirst();
    }
}
