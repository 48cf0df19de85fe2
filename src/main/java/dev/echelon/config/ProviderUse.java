package dev.echelon.config;

import dev.echelon.domain.ModelRef;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Is the provider of every model known, and which of them have no key? */
final class ProviderUse {

    private final Draft draft;
    private final Report report;
    /** The models, by provider, that stand or fall with the provider's own key. */
    private final Map<String, Set<String>> models = new LinkedHashMap<>();

    private ProviderUse(Draft draft, Report report) {
        this.draft = draft;
        this.report = report;
    }

    static void check(Draft draft, Report report) {
        ProviderUse use = new ProviderUse(draft, report);
        draft.groups().values().forEach(use::group);
        draft.wrappers().values().forEach(use::wrapper);
        draft.providers().values().forEach(use::key);
    }

    private void group(Located<TaskGroupConfig> group) {
        group.value().echelons().forEach((name, echelon) -> {
            for (ModelRef model : echelon.models()) {
                Place place = group.element(model.toString(), "echelons", name, "models");
                use(model, echelon.apiKey() != null, place);
            }
        });
    }

    private void wrapper(Located<WrapperConfig> wrapper) {
        if (wrapper.value().type() != WrapperConfig.Type.DIRECT
                || wrapper.value().reference().isEmpty()) {
            return;
        }
        Place place = wrapper.at("model");
        try {
            use(EchelonReader.model(wrapper.value().reference()), false, place);
        } catch (IllegalArgumentException e) {
            report.error(place, "model = " + Shown.text(wrapper.value().reference()) + ": " + e.getMessage());
        }
    }

    private void use(ModelRef model, boolean ownKey, Place place) {
        String name = model.provider();
        if (draft.providers().containsKey(name)) {
            if (!ownKey) {
                models.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(model.model());
            }
            return;
        }
        if (draft.mayBeLost(Document.Kind.PROVIDER, name)) {
            return;
        }
        Set<String> known = draft.providers().keySet();
        String file = Keys.isName(name) ? name : "NAME";
        report.error(
                place,
                Shown.text(model.toString()) + " names the provider " + Shown.text(name) + ", which "
                        + (draft.registry().disabled(Document.Kind.PROVIDER, name)
                                ? "the registry turns off; enable it, or take the model out"
                                : "is not known (known: " + String.join(", ", known) + ")"
                                        + DidYouMean.hint(name, known) + "; add configs/llms/providers/" + file
                                        + ".toml and register it"));
    }

    private void key(Located<ProviderConfig> provider) {
        int count = models.getOrDefault(provider.value().name(), Set.of()).size();
        if (provider.value().enabled() || count == 0) {
            return;
        }
        List<String> variables = provider.value().keyVariables();
        report.warning(
                provider.at("api_key"),
                "the provider " + provider.value().name() + " has no key, so its " + count
                        + (count == 1 ? " model is" : " models are") + " left out; "
                        + (variables.isEmpty() ? "write its api_key" : "set " + String.join(", ", variables)));
    }
}
