package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.config.ProviderConfig;
import dev.echelon.config.RequestDefaults;
import dev.echelon.config.TaskGroupConfig;
import dev.echelon.config.TaskGroupConfig.Echelon;
import dev.echelon.config.WrapperConfig;
import dev.echelon.domain.BreakerRules;
import dev.echelon.domain.Instance;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Secret;
import dev.echelon.model.Dialect;
import dev.echelon.model.Dialects;
import dev.echelon.model.Upstream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Follows the references of a configuration. */
final class TopologyBuilder {

    /** Stands for any model of a provider where {@code allow_direct} is set. */
    static final String ANY_MODEL = "*";

    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final BreakerRules DEFAULT_BREAKER = new BreakerRules(5, Duration.ofSeconds(60), 1);

    private final Configuration configuration;
    private final Dialects dialects;
    private final Map<String, Topology.Member> instances = new LinkedHashMap<>();
    private final Map<String, Topology.Tier> echelons = new LinkedHashMap<>();
    private final Map<String, List<String>> groups = new LinkedHashMap<>();
    private final Map<String, Topology.Member> models = new LinkedHashMap<>();

    TopologyBuilder(Configuration configuration, Dialects dialects) {
        this.configuration = configuration;
        this.dialects = dialects;
    }

    Topology build() {
        configuration.groups().values().forEach(this::addGroup);
        configuration.wrappers().values().stream()
                .filter(wrapper -> wrapper.type() == WrapperConfig.Type.DIRECT)
                .map(wrapper -> ModelRef.parse(wrapper.reference()))
                .forEach(this::addUnlistedModel);
        if (configuration.defaults().allowDirect()) {
            configuration.providers().keySet().forEach(provider -> addUnlistedModel(new ModelRef(provider, ANY_MODEL)));
        }
        return new Topology(instances, echelons, groups, models);
    }

    private void addGroup(TaskGroupConfig group) {
        List<String> ids = new ArrayList<>();
        for (Echelon echelon : group.echelons().values()) {
            String id = group.name() + "." + echelon.name();
            List<Instance> members = new ArrayList<>();
            for (ModelRef model : echelon.models()) {
                Topology.Member member = member(id + "/" + model, id, model, group, echelon);
                if (member != null) {
                    instances.put(member.instance().id(), member);
                    members.add(member.instance());
                    addDirect(model, group, echelon);
                }
            }
            if (!members.isEmpty()) {
                echelons.put(id, new Topology.Tier(id, group.name(), echelon.priority(), members));
                ids.add(id);
            }
        }
        if (!ids.isEmpty()) {
            groups.put(group.name(), ids);
        }
    }

    /** A model reference has the settings of the first echelon that declares the model. */
    private void addDirect(ModelRef model, TaskGroupConfig group, Echelon echelon) {
        if (!models.containsKey(model.toString())) {
            String id = "direct/" + model;
            Topology.Member member = member(id, id, model, group, echelon);
            if (member != null) {
                models.put(model.toString(), member);
            }
        }
    }

    private Topology.@Nullable Member member(
            String id, String limits, ModelRef model, TaskGroupConfig group, Echelon echelon) {
        ProviderConfig provider = configuration.providers().get(model.provider());
        if (provider == null) {
            return null;
        }
        Secret key = Objects.requireNonNullElse(echelon.apiKey(), provider.apiKey());
        URI url = Objects.requireNonNullElse(echelon.baseUrl(), provider.baseUrl());
        if (key.isEmpty()) {
            return null;
        }
        RequestDefaults.ErrorHandling errors = configuration.defaults().errorHandling();
        Instance.Retry retry = new Instance.Retry(
                errors.retryOnErrors(),
                echelon.maxRetries(),
                group.fallback().retryDelay(),
                errors.backoffFactor(),
                errors.maxRetryDelay());
        Instance instance = new Instance(
                id,
                limits,
                new ModelKey(model, url, key),
                provider.dialect(),
                retry,
                echelon.timeout(),
                echelon.temperature(),
                echelon.maxTokens(),
                provider.contextWindows().get(model.model()));
        BreakerRules rules = new BreakerRules(
                group.breaker().failureThreshold(),
                group.breaker().recoveryTime(),
                group.breaker().halfOpenRequests());
        return new Topology.Member(
                instance, upstream(provider, url, key, model), rules, echelon.concurrencyLimit(), echelon.rpmLimit());
    }

    /** A model that only a {@code direct} wrapper names, or any model: nothing but the provider limits it. */
    private void addUnlistedModel(ModelRef model) {
        ProviderConfig provider = configuration.providers().get(model.provider());
        if (provider == null || !provider.enabled() || models.containsKey(model.toString())) {
            return;
        }
        RequestDefaults defaults = configuration.defaults();
        RequestDefaults.ErrorHandling errors = defaults.errorHandling();
        String id = "direct/" + model;
        Instance instance = new Instance(
                id,
                id,
                new ModelKey(model, provider.baseUrl(), provider.apiKey()),
                provider.dialect(),
                new Instance.Retry(
                        errors.retryOnErrors(),
                        defaults.maxRetries(),
                        Duration.ofSeconds(1),
                        errors.backoffFactor(),
                        errors.maxRetryDelay()),
                defaults.defaultTimeout(),
                null,
                null,
                provider.contextWindows().get(model.model()));
        Upstream upstream = upstream(provider, provider.baseUrl(), provider.apiKey(), model);
        models.put(model.toString(), new Topology.Member(instance, upstream, DEFAULT_BREAKER, UNLIMITED, UNLIMITED));
    }

    private Upstream upstream(ProviderConfig provider, URI url, Secret key, ModelRef model) {
        Dialect dialect = dialects.get(provider.dialect());
        return new Upstream(provider.name(), dialect, url, key, model.model(), provider.connections());
    }
}
