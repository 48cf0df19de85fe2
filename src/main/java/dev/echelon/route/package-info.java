/**
 * A configuration becomes a generation of Camel routes, one RouteBuilder a level (pool, group, echelon, instance), made
 * of real EIPs; their balancers ask the one walk before every step. May import domain, config, store and model. Start
 * reading at {@link dev.echelon.route.GenerationBuilder}, then {@link dev.echelon.route.WalkBalancer}.
 */
@NullMarked
package dev.echelon.route;

import org.jspecify.annotations.NullMarked;
