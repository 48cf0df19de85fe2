package dev.echelon.domain;

import java.net.URI;

/**
 * What a provider can throttle, refuse or lose as one thing: a model behind one address with one credential. Cooling,
 * quarantine and "already tried" are about it, whichever echelon led there.
 */
public record ModelKey(ModelRef model, URI baseUrl, Secret credential) {}
