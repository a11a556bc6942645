"""Turns of phrase by which intents are told, in French and English; written by hand.

Each is a part of a regular expression that is searched between word boundaries, with what it is
worth: the probability that the intent is meant where it stands.
"""

from __future__ import annotations

__all__ = ["PHRASES"]

PHRASES: dict[str, dict[str, tuple[tuple[float, str], ...]]] = {
    "complaint": {
        "fr": (
            (0.9, r"(?:toujours|encore) (?:pas|rien) (?:reçu|de réponse|de nouvelles?|remboursé)"),
            (0.9, r"(?:inadmissible|inacceptable|scandaleu(?:x|se)|honteux|foutage de gueule)"),
            (0.85, r"service (?:client|après[- ]vente)[^.!?]{0,40}(?:nul|injoignable|incompétent)"),
            (0.85, r"(?:je veux|j'exige|je demande) (?:un |mon |le )?rembours\w+"),
            (0.85, r"(?:ça |cela )?(?:ne )?(?:marche|fonctionne) (?:plus|pas|toujours pas)"),
            (0.8, r"(?:très |vraiment )?(?:déçue?s?|mécontente?s?|furieu(?:x|se)|dégoûtée?s?)"),
            (0.8, r"(?:en panne|défectueu(?:x|se)|cassée?s? (?:à|dès|au bout)|arnaque)"),
            (0.75, r"(?:aucune réponse|sans réponse|personne ne répond|ras[- ]le[- ]bol|marre)"),
            (0.7, r"(?:en retard|retard de livraison|jamais (?:reçu|livré|arrivé))"),
        ),
        "en": (
            (0.9, r"(?:still|yet) (?:no|not|waiting|haven't)[^.!?]{0,30}(?:reply|refund|order|received|response|answer)"),
            (0.9, r"(?:unacceptable|disgraceful|ridiculous|worst (?:service|customer|airline|company))"),
            (0.85, r"(?:i want|i demand|give me|where is|where's) (?:a |my )?(?:refund|money back|order)"),
            (0.85, r"(?:doesn't|does not|won't|not|isn't|stopped) work(?:ing)?"),
            (0.8, r"(?:very |so |really )?(?:disappointed|disappointing|fed up|frustrat(?:ed|ing))"),
            (0.8, r"(?:broken|faulty|defective|rip[- ]?off|scam(?:med)?)"),
            (0.75, r"(?:no (?:reply|response|answer)|nobody (?:answers|replies)|on hold for)"),
            (0.7, r"(?:delayed|never (?:arrived|received|delivered))"),
        ),
    },
    "question": {
        "fr": (
            (0.85, r"(?:est[- ]ce que|qu'est[- ]ce|quelqu'un sait|savez[- ]vous|pouvez[- ]vous|pourriez[- ]vous|auriez[- ]vous|avez[- ]vous|y a[- ]t[- ]il)"),
            (0.6, r"(?:comment (?:faire|puis|peut|on|je)|à quelle heure|c'est quand|c'est combien|je voudrais savoir|je me demande)"),
        ),
        "en": (
            (0.85, r"(?:does any(?:one|body) know|can (?:you|i|we|someone)|could you|do you (?:have|know|ship|offer)|is there (?:a|any)|are there any)"),
            (0.6, r"(?:how (?:do|can|long|much|many) |what time|when (?:do|does|will|is)|i(?:'d| would) like to know|i wonder)"),
        ),
    },
    "purchase": {
        "fr": (
            (0.85, r"(?:où|comment) (?:puis-je |peut-on |est-ce que je peux )?(?:l'|le |la |les |en )?(?:acheter|trouver|commander)"),
            (0.85, r"(?:je (?:vais|veux|voudrais|souhaite|compte|pense)|j'(?:aimerais|ai envie d'|hésite à)|envie d'|on va) (?:l'|le |la |les |en |m'|me )?(?:acheter|commander|prendre|offrir|réserver)"),
            (0.8, r"il (?:me |m'en )?(?:le |la |les )?(?:faut absolument|me le faut)|prêt à acheter|je craque"),
            (0.6, r"(?:quel est le prix|combien (?:ça )?coûte|c'est combien|en stock|disponible en (?:magasin|taille)|encore disponible)"),
        ),
        "en": (
            (0.85, r"where (?:can|do) (?:i|we) (?:buy|get|find|order)"),
            (0.85, r"(?:i(?:'m| am) (?:going to|gonna|about to|looking to)|i (?:want|need|would like|plan|wanna)(?: to)?|i'd like to|thinking (?:of|about)|can't wait to) (?:buy|order|get|purchas\w+|pre-?order|book)(?:ing)?"),
            (0.8, r"(?:shut up and )?take my money|adding (?:it |this )?to (?:my )?(?:cart|basket)|just pre-?ordered"),
            (0.6, r"(?:how much (?:is|are|does)|what(?:'s| is) the price|in stock|available in (?:store|size)|still available)"),
        ),
    },
    "praise": {
        "fr": (
            (0.9, r"(?:merci|bravo|félicitations|chapeau)[^.!?]{0,30}(?:équipe|service|à vous|vous|génial|super|parfait|rapid\w+)"),
            (0.85, r"(?:je recommande|je vous recommande|je suis fan|j'adore|on adore|meilleure? (?:marque|service|boutique|magasin|produit))"),
            (0.8, r"(?:très|vraiment|trop|super|hyper) (?:contente?s?|satisfaite?s?|ravie?s?|bien|bon(?:ne)?s?|beau|belles?)"),
            (0.8, r"(?:excellente?s?|parfaite?s?|génial(?:e|es)?|au top|impeccables?|formidables?)"),
        ),
        "en": (
            (0.9, r"(?:thank(?:s| you)|kudos|shout ?out|well done|congrat\w+)[^.!?]{0,40}(?:team|service|help|amazing|great|awesome|quick|you guys)"),
            (0.85, r"(?:highly recommend|i recommend|love (?:you guys|this|my|the|it)|best (?:service|brand|shop|store|airline|company|product))"),
            (0.8, r"(?:very|so|really|super) (?:happy|pleased|satisfied|impressed|good|nice)"),
            (0.8, r"(?:excellent|awesome|amazing|fantastic|wonderful|flawless|outstanding)"),
        ),
    },
    "leaving": {
        "fr": (
            (0.9, r"(?:je (?:vais )?(?:résili\w+|quitte|pars|change|change[r]?)|j'arrête|je me désabonne|je me casse)[^.!?]{0,40}(?:abonnement|opérateur|banque|contrat|chez vous|concurren\w+|ailleurs|boutique|enseigne|marque|compte)"),
            (0.85, r"(?:plus jamais|dernière fois que|vous (?:m'avez|venez de) perdu?|perd(?:u|re|ez) une? (?:client\w*|fidèle))"),
            (0.8, r"(?:résilier|résiliation|me désabonner|fermer mon compte|aller (?:voir )?(?:ailleurs|à la concurrence|chez (?:la |les )?concurren\w+))"),
        ),
        "en": (
            (0.9, r"(?:i(?:'m| am|'ll| will)|we(?:'re| are)?) (?:done with|leaving|cancel\w*|switch\w*|never (?:fly|buy|order|shop|us)\w*|going elsewhere|moving to)"),
            (0.85, r"(?:never again|last time i|lost (?:a|my|me as a) (?:loyal )?(?:customer|business)|you(?:'ve| have) (?:just )?lost (?:me|a|my))"),
            (0.8, r"(?:cancel(?:ling|ing)? my (?:account|subscription|contract|membership|order)|clos(?:e|ing) my account|take my business elsewhere|switch(?:ing)? to)"),
        ),
    },
    "spam": {
        "fr": (
            (0.9, r"(?:gagne[zr]?|remporte[zr]?|cadeau)[^.!?]{0,40}(?:iphone|ipad|carte cadeau|bon d'achat|euros?|€|cliqu\w+)"),
            (0.85, r"(?:cliqu\w+ (?:ici|sur (?:le|ce) lien)|lien en bio|code promo|suivez[- ]moi|abonne[- ]toi|follow back)"),
            (0.85, r"(?:gagner de l'argent|revenus? (?:passif|garanti)|travaille[rz] (?:de|à) (?:chez|la) (?:vous|maison)|crypto ?monnaies?|prêt (?:rapide|entre particuliers))"),
        ),
        "en": (
            (0.9, r"(?:win|won|free|claim)[^.!?]{0,30}(?:iphone|ipad|gift ?card|voucher|prize|\$\d+)"),
            (0.85, r"(?:click (?:here|the link|below)|link in (?:my )?bio|promo code|follow (?:me|back|for follow)|dm (?:me )?for (?:promo|collab))"),
            (0.85, r"(?:make money (?:online|fast|from home)|passive income|work from home|crypto (?:signals|giveaway)|double your (?:money|bitcoin))"),
        ),
    },
}  # fmt: skip
