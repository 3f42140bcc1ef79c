"""The words that customers use when something goes well or badly, written by hand.

Nothing here is copied from a set of labelled texts. A pattern is a phrase in lower case; `a|b` in one of
its words stands for
either, `a+b` inside an alternative for two words, a number is written 0, and `=` gives it another weight
than its group's.
Weights are on VADER's scale, from -4 to 4. The version of a model names the hash of this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from repwatch.judging.opinions import FAULTS, MERITS


def _in_one(parts: Mapping[str, tuple[float, str]]) -> str:
    """Return the phrases of all parts, each with the weight of its own."""
    return ";".join(f"{phrase}={weight}" for weight, text in parts.values() for phrase in text.split(";"))


PHRASES: dict[str, tuple[float, str]] = {
    "waiting": (
        -1.6,
        """
        still waiting|waitin; been|am|are|were|is|was waiting; waiting for|on my; waiting for|on a
        refund|reply|response|callback|call|replacement|technician;
        waited 0|all|over|more|hours|days|weeks|months|forever|ages; wait|waiting 0
        hours|hrs|hour|minutes|mins|days|weeks|months;
        waiting over|for 0; waiting for|since hours|ages|days|weeks|months|forever|years|yesterday;
        made|make|making me|us wait; have|had|having to wait=-1.2; long
        wait|queue|line|lines|queues;
        on hold|hold; put|been|sitting|sat on hold=-1.8; on hold for|with|0=-1.9; hold for
        0|over|hours|an; hours|minutes|mins|hrs on hold=-1.9; taking|takes|took
        forever|ages|years=-1.8; takes|took|taking so|too|way long=-1.7; taking long;
        0 hours|hrs|days|weeks|months|minutes|mins later|late=-1.7; 0 hours|hrs|days|weeks|months
        and counting|no|still|nothing=-1.9; over|almost|nearly 0
        hours|hrs|weeks|months|minutes|mins=-1.2;
        how|so much longer=-1.4; how long
        do|does|must|will|am|is|are|before|until|till|have|should=-1.0; how many more|times=-1.5;
        any|an time|day soon|now=-0.6; no end in sight; hours|days|weeks|months on end;
        for hours|weeks|months|ages=-1.0; all day|night=-0.3; been 0
        hours|hrs|days|weeks|months|minutes|mins=-1.1; 0th|third|second|fourth|fifth time=-1.0; for
        the 0th|third|second|fourth|umpteenth|hundredth time=-1.3; yet again=-1.3; once again=-0.8;
        keep|keeps waiting|getting|saying|telling|sending|asking=-1.2;
        not yet arrived|received|delivered|shipped=-1.5; still
        no|not|hasn't|haven't|isn't|doesn't|didn't|can't|won't|nothing|don't|cannot=-1.5; no sign
        of=-1.0; nowhere to be found|seen=-1.5; missed my|our|the|a
        connection|flight|connecting|appointment|delivery|train=-1.7
        """,
    ),
    "unanswered": (
        -2.0,
        """
        no|zero|without|without+a|not+a+single
        reply|response|answer|answers|callback|communication|update|updates|explanation|info|information|apology|notification=-1.7;
        no one|body|human
        answers|answered|answering|replies|replied|responds|responded|cares|helps|helped|picks|knows|called|is|will|can|has|came|could|there;
        nobody
        answers|answered|answering|replies|replied|responds|responded|cares|helps|helped|picks|knows|called|is|will|can|has|came|there|could;
        can't|cannot|couldn't|could+not|unable+to|impossible+to get|reach|speak|talk
        through|hold|anyone|someone|to|ahold|a|any|you=-1.8;
        never|not|hasn't|haven't|didn't|doesn't|don't|won't|nobody|none
        replied|reply|respond|responded|answer|answered|answering|responding;
        never|not|hasn't|haven't|didn't|won't|nobody
        called|call|got|gotten|get|heard|hear|write|wrote back=-1.9;
        ignore|ignored|ignores|ignoring
        my|me|us|our|all|every|your|customers|customer|by|emails|calls|messages; being|been ignored;
        hung|hang|hangs|hanging up on|me=-2.0; hung up=-1.7; hangs up; disconnected me|my|us=-1.8;
        voicemail|voice+mail full|only=-1.4; automated|canned|generic|scripted|copy
        response|reply|answer|responses|replies|system|message=-1.2;
        anyone|anybody|someone there|home|listening|awake=-0.9; does|do
        anyone|anybody|you|you+guys|you+even even|ever|actually
        work|care|answer|read|reply|respond|check|listen=-1.6; is|are anyone|anybody|you|you+guys
        going|ever=-1.0; answer|pick+up your|the|my|ur
        phone|phones|calls|emails|dm|dms|question|damn|call|email=-1.7; respond|reply to
        my|me|your|our=-1.2; call|get|getting me back=-0.8;
        run|running|ran|sent|sending|passed|transferred|bounced|round
        around|in+circles|from+one|from+person|between|and+round=-1.5;
        gave|giving|given|got|get|getting me the+runaround|the+run+around|us+the+runaround=-2.0;
        runaround=-1.9; run around=-1.2; no help=-1.9; zero|not|no|any|little
        help|assistance|support|service|accountability|empathy=-1.7; fobbed off=-2;
        fell|falls|falling on deaf=-2; radio silence=-1.8; crickets=-1.0
        """,
    ),
    "failing": (
        -1.9,
        """
        not|never|isn't|doesn't|don't|didn't|won't|stopped|quit|stops|ain't|barely|aren't|wasn't|hasn't|no+longer|not+even
        work|working|worked|works|load|loading|connect|connecting|open|opening|update|updating|start|charging|charge|syncing|sync|responding|turn|turning|function|functioning|play|playing|save|send|show|showing|recognize|ring|accept|process|print|install|download|downloading;
        can't|cannot|can+not|couldn't|could+not|unable+to|won't+let+me|wont+let+me|won't+let+us|not+able+to|not+let+me|doesn't+let+me|impossible+to
        log|login|access|open|connect|check|book|use|pay|get|make|order|even|find|download|load|sign|change|rebook|track|hear|watch|send|complete|submit|update|register|cancel|reset|activate|upload|see|do|add|play|link|view|contact|turn|install|purchase|buy|charge|sync|upgrade|transfer|return|redeem|figure|believe=-1.5;
        your|the|ur|my
        website|site|app|system|server|servers|page|internet|service|wifi|network|phone|phones|line|lines|link|online|connection|broadband|signal
        is|are|keeps|has|was|been|went|going
        down|crashing|broken|crashed|slow|out|dead|useless|terrible|garbage|not|trash|awful|freezing|so+slow=-2.0;
        site|website|app|server|servers|system|internet|service|network|wifi|power
        down|crash|crashes|crashed|crashing|outage|broken|issue|issues|problem|problems|error=-1.6;
        keeps|kept|keep|constantly|always|randomly|continually
        crashing|crash|freezing|failing|disconnecting|dropping|breaking|restarting|buffering|lagging|stopping|cutting|losing|logging|dying|loading|timing|giving|shutting|glitching;
        error|failure message|code|messages|page|0=-1.3; out of order|service=-1.4; went|going|goes
        wrong|missing|dead|down=-1.5; something|what|whats|what's is|went|has wrong=-1.1;
        fell|falling|falls|came|coming|fall|come apart|off=-1.5;
        wear|wore|worn|burned|burnt|broke|breaks|gave|died|dies|cracked
        out|off|after|within|in|down|on+me|again=-1.6; poorly|badly|cheaply
        made|designed|built|written|managed|run|constructed=-2.1; does|do|did nothing|jack=-1.6;
        piece of shit|crap|junk|garbage|trash|rubbish=-3.0; waste of money|time|my|your|space=-2.8;
        waste your|my|of=-2.4; wasted my|0|an|hours|so|over|money|time=-2.1;
        total|complete|utter|absolute|big|huge
        waste|joke|mess|shambles|disgrace|rubbish|garbage|failure|nightmare|crap|junk|disaster|bs|disappointment|letdown=-2.8;
        not as|what
        advertised|described|pictured|promised|expected|i+ordered|we+ordered|i+was|i+paid|the=-1.3;
        false|misleading|deceptive advertising|advertisement|info|information|promises=-2.2;
        not+worth the|it|a|my|your=-2.0; not worth=-1.8; needs|need
        fixing|fixed|to+be+fixed|to+fix=-1.4; need|needs|have|had to|be
        fix|fixed|replace|replaced=-1.2; fix|sort your|this|it|ur|the|that
        app|site|website|system|shit|now|crap|out|please|service|issue|problem|asap|bug|damn=-1.8;
        get|getting|sort your|ur|it|this act|shit|together|sorted|out|fixed=-1.8; fix
        it|this|that|your|ur|the=-1.3; having|have|had|experiencing|got|encountered|facing
        issues|problems|trouble|difficulty|difficulties|problem|issue=-1.2;
        an|the|same|this|another|big|major|huge|serious issue|problem
        with|again|is|here|still|every=-1.0; no
        signal|internet|service|connection|power|wifi|tracking|record|refund|luggage|bag|seats|gate|crew|pilot|plane|hot|water|food|electricity|heat|dial|warning|notice|reason|option|options|way|idea|sense|excuse|longer|stock|wonder=-1.2;
        doesn't|don't|not fit|last|match|hold=-1.3; too
        small|tight|expensive|slow|loud|short|big|late|hot|cold|many|thin|cheap|heavy|long=-0.9;
        way|far too=-0.9; what is|happened|the wrong|to+my|hell|heck|fuck|f=-1.2
        """,
    ),
    "parcel": (
        -1.6,
        """
        never|not|hasn't|haven't|didn't|still+not|yet+to|don't
        arrive|arrived|arriving|delivered|deliver|delivering|shipped|ship|received|receive|came|come|showed|turned|turn|dispatched|got|get|leave|left|credited|posted|post|processed;
        wrong
        item|order|address|size|one|product|house|color|colour|parcel|package|person|name|gate|info|information|price|place|seat|bag|flight|items|part|meal=-1.7;
        sent|received|got|given|delivered|charged
        the+wrong|wrong|a+wrong|a+defective|a+broken|a+used|me+the+wrong|us+the+wrong=-1.7; lost
        my|our|your|his|her|their|the|luggage|bags|bag|baggage|package|parcel|order|in=-1.6;
        lose|losing|losses my|our|luggage|bags=-1.5; my|our|his|her
        bag|bags|luggage|suitcase|baggage|package|parcel|order|flight|delivery|refund|card|account|train|phone
        lost|missing|still|delayed|canceled|late|stolen|damaged|stuck|not|broken|blocked|never;
        bag|bags|luggage|suitcase|baggage|package|parcel|order|flight|delivery|refund|card|account|train|phone
        is|was|were|has+been|got|still|are
        lost|missing|delayed|canceled|late|stolen|damaged|stuck|not|broken|blocked|locked|suspended|declined|hacked=-1.6;
        where is|are|the|tf|s my|our|hell|fuck=-1.1; where's my|our=-1.1; not in stock=-0.8; out of
        stock=-1.0; left on|at|in|outside the|my|a tarmac|doorstep|rain|street|runway|wrong=-1.0;
        sitting|stuck|stranded|trapped on|in|at|here=-1.5; arrived|came|arrives|delivered|received
        damaged|broken|late|smashed|dirty|used|open|empty|faulty|cracked=-2.0; came|arrived|delivered
        without the|a|any=-1.4; delivered|delivering to my|the|a|our
        neighbour|neighbor|neighbours|neighbors=-0.8; left it|them|my+parcel|my+package in|on
        the|my rain|street|doorstep|porch|bin|bins=-1.4; missing
        from|my|item|items|parts|part|luggage|bag|bags=-1.2; says|said|marked|showing|shows|claims
        delivered|it+was+delivered|it's+delivered=-0.8; not been
        delivered|received|shipped|credited|refunded|processed|resolved|fixed|updated=-1.5
        """,
    ),
    "money": (
        -1.6,
        """
        want|need|demand|get|getting|waiting|request|requesting|requested|where|give|owe|owed|refuse|asking
        my|a|for|me|us|our|to|is refund|refunded|money=-1.6; want|need|give|gimme|get my|our|me|us
        money|cash back=-1.7; money back=-1.3; my|our|no|a|full|the refund=-1.1; refund
        me|my|us|now|please|for|still=-1.2;
        hasn't|never|haven't|not|didn't|won't|refuse|refused|refusing|refuses
        been|get|got|to|received|a
        refunded|refund|refund+me|honor|honour|help|pay|give|replace|credited=-1.8; charged
        me|my|us|twice|for|again|double|0|extra|the|a|full|without=-1.5; charging|charge|charges
        me|us|people|customers|extra|twice|for=-1.2; been|being|was|were|got|get over|double
        charged|billed=-1.9; overcharged|overcharging|overcharge; double|over
        charged|billed|charge|billing|booked;
        hidden|extra|ridiculous|outrageous|unfair|bogus|absurd|excessive|crazy
        fees|fee|charges|charge|cost|costs|prices|price|rates=-2.0;
        change|cancellation|baggage|bag|booking|late|overdraft|service fee|fees=-0.9;
        rip|ripping|ripped off|me|us|people=-2.2; rip-off|ripoff=-2.6;
        took|taken|taking|stole|stealing|steal|keep|keeping|kept|robbing|robbed|scammed
        my|our|me|peoples|people's|of money|cash|payment|deposit|card=-2.2; out of pocket=-1.8;
        paid|pay|paying|spent|spend 0|for|good|extra|so|over|too
        for|money|much|and|to+be|first|business|nothing|service|something=-0.9; too|so|very|way
        expensive|pricey|overpriced=-1.3; over priced; not+worth|isn't+worth the|it|a
        price|money|penny|cent=-2.0; price|prices|rates|bill|fees
        gone|went|going|keep|keeps|increase|increased|increases|hike|hikes|up|rise=-1.0; my bill
        is|went|was|has|keeps=-0.9; compensation|compensate|reimburse|reimbursed|reimbursement=-1.0;
        unauthorized|unauthorised|fraudulent
        charge|charges|transaction|transactions|payment|account|activity=-1.8; debt|collection
        collector|collectors|agency|agencies|collection=-1.0
        """,
    ),
    "leaving": (
        -2.2,
        """
        never again; never|not|won't|will+never|i'll+never|not+going+to|wont
        fly|flying|use|using|buy|buying|shop|shopping|order|ordering|book|booking|return|recommend|come|coming|go|going|stay|eat|visit|trust|do|fly+with|purchase|deal|travel|spend|renew
        again|with|this|from|you|your|them|back|here|there|it|anything|another|these|to|business|that=-2.1;
        last|final time i|we|i'll|we'll|flying|using|ever|with|buying|will=-1.9; done
        with|using|flying you|this|them|these|your|it|yall|y'all|guys=-1.9; i'm|we're|so|am|is|was
        done|through with|using=-1.6;
        switch|switching|switched|moving|going|changing|change|leaving|leave
        to|back|over|from|provider|providers|carriers|companies|banks|carrier|company|you=-1.0;
        time|thinking|considering|about|ready to|of|about
        switch|leave|change|cancel|switching|leaving|cancelling|find|canceling=-1.3;
        lost|losing|lose|losing+you
        a|me|my|our|another|loyal|as|customers|long|customer|business=-1.6; take|taking|took my|our
        business|money|custom elsewhere|to|somewhere=-2.0;
        cancel|cancelling|canceling|cancelled|canceled my|our|your|the
        subscription|account|membership|order|contract|service|flight|reservation|flights|policy=-1.2;
        delete|deleting|deleted|uninstall|uninstalled|uninstalling my|the|this|your|it
        account|app|now|immediately=-1.6; unsubscribe|unsubscribed=-0.9; stay|stayed|steer|keep
        away|clear|far=-1.9; avoid this|these|at|like|them|the|it|flying=-1.8; do not|don't|dont
        buy|use|waste|bother|order|fly|purchase|recommend|trust|shop|get|book|go|download|deal|believe|eat=-2.0;
        wouldn't|would+not|can't|cannot|don't|do+not|not|never|couldn't recommend|trust=-2.0;
        not|don't|wouldn't|won't buy|bother|use|order|waste|purchase=-1.4;
        regret|regretting|regretted
        buying|this|my|ever|it|purchasing|choosing|flying|ordering|switching=-2.1;
        should|could|shoulda have|of|never
        gone|stayed|flown|bought|known|used|chosen|taken|have+flown|have+bought=-1.3; should've
        gone|stayed|flown|bought|known|used|taken=-1.4; wish i|we
        had|could|would|hadn't|never|knew=-0.8; small claims|claim+court=-2; see you in|court=-1;
        legal|court action|case=-1.6; better business bureau|bbb=-1.8; report|reporting|reported
        you|this|your|them|it to=-1.3; file|filed|filing|lodge|raise|make|made|submit|submitted
        a|an|the|my complaint|claim|formal|official|report|dispute=-1.6;
        formal|official|my|a|another|make+a|third complaint=-1.4; speak|talk|spoke to|with
        a|your|the|someone manager|supervisor|human|person=-1.0;
        ombudsman|lawsuit|lawyer|attorney|sue=-1.4
        """,
    ),
    "people": (
        -2.2,
        """
        rude|horrible|terrible|awful|poor|bad|worst|pathetic|shocking|disgusting|appalling|shitty|crappy|shit|crap|atrocious|lousy|useless|disappointing|slow|unacceptable|abysmal|dreadful|lack+of|lack+of+any|no|piss+poor|subpar|inconsistent
        customer|service|staff|support|agent|agents|rep|reps|crew|experience|attitude|communication|people|employees|employee|driver|drivers|treatment|quality|management|attendant|attendants|manager|care|waitress|waiter|server|company|airline|product=-2.7;
        customer|customers|cust service|support|care|svc
        is|was|sucks|fail|has|rep|at+its|nightmare|fails|skills
        terrible|horrible|awful|poor|bad|worst|pathetic|a+joke|shocking|non-existent|nonexistent|useless|rude|sucks|lacking|atrocious|disgusting|appalling|the+worst|so+bad|very+poor|not+good|beyond|hung=-2.6;
        customer service sucks|fail|nightmare=-2.4;
        service|staff|food|support|experience|crew|quality|agent|agents|people|reps
        is|was|were|are|has|have|sucks|sucked|so|been
        rude|terrible|horrible|awful|poor|slow|bad|the+worst|not|a+joke|pathetic|so|lacking|useless|gone|unhelpful|very=-1.6;
        rude|unhelpful|unprofessional|incompetent|clueless|disrespectful|dishonest|inept|arrogant|condescending|dismissive|impolite=-2.4;
        couldn't|could|don't|doesn't|didn't|do|does|not
        care|care+less|give+a|care+about|bother|seem+to+care=-2.0; couldn't care less|could care
        less=-2.3; treat|treated|treating|treats me|us|customers|people|like|your|their|you
        poorly|badly|like|unfairly|customers|terribly=-1.9; lied|lies|lying|lie|misled|deceived
        to|me|us|about|again|by=-2.0; told|tells|telling|said|says
        me|us|they|it|i|that|he|she|to|different=-0.4; no one|nobody|noone
        knows|cares|seems|has|can|will|is|was|to+help=-1.4; nobody|no+one cares=-1.6;
        blame|blamed|blames|blaming me|the|us|it|weather|everyone|on=-1.3;
        discriminate|discriminated|discrimination|racist|racism|sexist=-2.0;
        unsafe|dangerous|fire+hazard|health+hazard=-2.0; make|made|makes me|us
        feel|pay|miss|sick|late|wait|cry|angry|mad|furious=-1.2;
        understaffed|short-staffed|overbooked|oversold|overbooking|oversell|overselling=-1.9;
        lack|lacks|lacking of|in|any=-1.4
        """,
    ),
    "outrage": (
        -2.4,
        """
        this|that|it|which|how|just|is|so
        is|are|was|be|so|just|not|beyond|absolutely|completely|totally
        unacceptable|ridiculous|ridiculousness|absurd|outrageous|insane|a+joke|bullshit|bs|appalling|disgraceful|disgusting|shameful|crazy|frustrating|nonsense|infuriating|annoying|unbelievable|acceptable|inexcusable|crap|pathetic|a+disgrace|madness|a+nightmare=-2.2;
        is|are|was|be this|that|it|how|not acceptable|allowed|legal|ok|okay=-1.5; how
        is|can|do|could|are|hard|does this|that|it|you|is|they
        acceptable|allowed|ok|legal|possible|justify|expect|be|take|still|call|explain|treat|get|have|not|even=-1.2;
        not|isn't|never
        acceptable|ok|okay|cool|good|happy|impressed|pleased|satisfied|amused|fair|right|helpful|friendly|funny|great|fun|professional|sure+why|nice|enough=-1.7;
        very|so|extremely|beyond|really|super|pretty|seriously|utterly|deeply|incredibly|thoroughly|totally|completely
        frustrated|disappointed|annoyed|upset|angry|mad|unhappy|frustrating|disappointing|annoying|unimpressed|dissatisfied|irritated|pissed|rude|slow|poor|bad|ridiculous=-2.6;
        fed up|upwith; sick of|and tired|this|your|waiting|being|it|the|these=-2.1; sick and tired;
        tired|sick of your|this|the|waiting|these|being|it|having|hearing=-1.8; pissed
        off|me|at=-2.5; pissing|pisses me=-2.5; get|getting it|your|a together|grip|act=-1.4; are
        you|yall|u kidding|serious|joking|fucking|freaking|even|actually|effing|friggin=-1.8;
        you've|you|you+have got to be=-1.5; kidding me=-1.8; what a|an|the
        joke|shame|mess|waste|disaster|disappointment|disgrace|crock|ripoff|scam|nightmare|horrible|terrible|awful|bad|pathetic|fuck|hell|heck|actual=-2.2;
        what the hell|fuck|heck|f=-2.0; wtf|ffs|smh|smfh|fml|bs|stfu|tf=-1.8;
        shame|screw|fuck|damn|f|curse|hate|fck|eff|boo on|you|this|your|them|u|that|these=-2.4;
        you|u|this|that|they|it|app|service|airline|company|phone|update|still|really|just|totally|absolutely
        suck|sucks|sucked|blows|stinks|stink=-2.8; worst
        airline|company|service|experience|customer|ever|app|flight|bank|product|update|thing|place|phone|i|purchase|in|of|food|internet|provider|day|part=-2.8;
        the|by+far+the|is+the|are+the|absolute worst=-2.6;
        epic|big|major|total|huge|customer|service|massive fail|failure=-2.4;
        fail|fails|failing|failed again|me|us|big|to|at|on|miserably|hard=-1.8; thanks|thank+you|thx
        for
        nothing|ruining|wasting|losing|the+delay|canceling|cancelling|not|making+me|making+us|ignoring|screwing|leaving|the+headache|no|stranding|breaking|never=-2.8;
        thanks|thank+you a|alot|so lot|much for|but=-0.6;
        way|good|great|nice|awesome|fantastic|excellent|stellar job|going|work|service
        losing|ruining|screwing|messing|canceling|cancelling|breaking|not=-2.3;
        thanks|thank+you|thx so+much|very+much|a+lot for
        losing|ruining|wasting|canceling|ignoring|leaving|breaking|stranding|nothing=-2.8;
        congrats|congratulations on|for losing|ruining|canceling|managing|breaking=-2.2; oh
        great|good|joy|lovely|wonderful another|look|yet=-2.0; said no one|customer ever=-2.0; wow only
        0=-1.2;
        ruin|ruined|ruining|ruins my|our|the|everything|a=-2.2;
        screwed|messed|screwing|messing|fucked|effed|botched|screw me|up|us|over|my|our=-2.2; at
        least you|they|you+could|you+can|have|try|give|let=-1.0; least you|they can|could=-1.6;
        the|an|it's|its nightmare=-2.2; nightmare=-1.8; beyond
        frustrated|ridiculous|annoyed|disappointed|annoying|frustrating|me|belief|upset|mad|angry=-2.4;
        sort it|this|yourselves|yourself out=-1.8; do|try better=-0.9; pull your|yourselves
        finger|together|socks=-1.8; no excuse|excuses|reason=-1.8;
        disappointed|disappointing|let+down in|with|by|at|to|that|again|experience|service=-2.2;
        let|letting|lets me|us|down|customers down=-1.8; let down; big|huge|massive|such+a|what+a
        disappointment|letdown|scam|rip=-2.4; expected|expect|deserve|deserved better|more|so=-1.2;
        not what i|we=-1.2; not|no|nothing|never good|great|better|impressed|happy=-1.5; used to
        be|love|like|work|have=-0.9; downhill|going+downhill|gone+downhill=-1.8;
        unreliable|unusable|unresponsive|unstable|unwatchable|unplayable|unacceptable|unbelievable|uncomfortable|inconvenience|inconvenienced|inconvenient|inexcusable|incompetence|misleading|overpriced|shambles|rubbish|atrocious|abysmal|subpar|mediocre|flimsy|bricked|clunky|buggy|glitchy|laggy|spotty|janky|sketchy|shoddy|tacky=-2.0
        """,
    ),
    "want": (
        -0.7,
        """
        please|pls|can|could|need|someone|anyone|you
        help|fix|resolve|sort|assist|advise|explain|respond|reply|contact|call|tell|look|investigate|check;
        need|want
        answers|help|assistance|someone|a+refund|to+speak|to+talk|a+response|this+fixed|your+help;
        what is|are|s going|happening|you|the on|with|going|doing|delay|problem|issue|point=-0.9;
        why|how
        is|are|does|do|did|has|have|can|was|were|would|am|isn't|don't|can't|doesn't|won't|aren't|the|not
        my|your|you|the|it|there|i|we|this|hell|fuck=-0.8; why
        isn't|aren't|doesn't|don't|won't|can't|didn't|hasn't|haven't|wasn't|not|so|tf=-1.4; when
        will|are|is|do|can|does you|my|we|i|the|it|this|they|your=-0.4; really|seriously
        0|you|why|what|though|now=-0.3; i|we have|had|need|needed|just to
        call|wait|go|pay|buy|ask|contact|spend=-0.5; are you|we|they going|ever|planning to=-0.6;
        trying|tried|been+trying|attempting to|for|0|all|since|calling|several=-1.0; trying|tried to
        get|reach|contact|call|book|change|log|speak|rebook|cancel|find|use|pay|order=-1.2; supposed
        to be|have|get|arrive|leave|take|come|depart|work|receive=-0.9; was|were|been
        told|promised|assured|informed=-0.9;
        called|emailed|contacted|rang|messaged|phoned|wrote|tweeted|dm'd|written|spoke|spoken
        0|twice|several|multiple|many|you|customer|support|to=-0.7
        """,
    ),
    "thanking": (
        1.7,
        """
        thank|thanks|thx|ty you|u|so|very|much|for|a|again|guys; thanks so much; thank you so
        much|very; thanks|thank+you for
        the|your|all|getting|taking|helping|a|responding|making|being|getting+back
        help|great|quick|response|reply|prompt|fast|assistance|support|awesome|amazing|excellent|good|info|update|follow|heads|love|care|me|us|to|back|so=2.0;
        appreciate the|your|it|you|all|that|everything=2.0; much|really|so|greatly
        appreciated|appreciate|grateful=2.1; shout out; shoutout to|to+the=2.0;
        props|kudos|hats+off|credit|compliments|thumbs+up|big+ups to|for|on=2.2; well
        done|played=2.0; good|great|nice|awesome|excellent|amazing|fantastic|incredible|terrific
        job|work|service|experience|staff|crew|customer|support|quality|product|value|price|flight|place|food|people|team|stuff|deal|time|trip=2.4;
        keep up the|it=1.8; you|y'all|yall|u|they|guys are|rock|rule|were|guys
        amazing|awesome|the+best|great|rock|wonderful|so+helpful|fantastic|the+bomb|incredible|lovely|super|excellent|brilliant|heroes|a+lifesaver|legends|the+man=2.8;
        you|guys rock|rule=2.7; made|make|makes my|our day|night|week|trip|life|easy|easier=2.0;
        pleasantly surprised; impressed|happy|pleased|satisfied|thrilled|delighted|amazed
        with|by|at|that|so=2.3; very|so|super|extremely|really|pretty|most
        helpful|happy|friendly|pleased|easy|good|nice|impressed|satisfied|comfortable|fast|quick|kind|polite|professional|useful|fun|cool|great|well|smooth|reliable=2.1;
        highly|definitely|would|strongly|totally|will
        recommend|recommended|buy|be+back|use|go+back|return|order|come|fly=2.3; best
        airline|company|service|customer|ever|flight|experience|app|phone|thing|i|purchase|place|product|in|bank|part|of|way|update=2.5;
        love|loving|loved|adore|luv
        it|this|my|the|you|your|how|these|them|that|all|our|flying|using|having|these=2.4;
        works|working|worked|work|fits|functions|does
        great|perfectly|well|perfect|fine|flawlessly|like+a+charm|as+expected|as+advertised|wonderfully|exactly|like+new|beautifully|good|the+job=2.2;
        works as described|promised; can't|cannot|cant|couldn't wait=1.8; can't wait to|for;
        looking|look forward to=1.8; so excited|happy|glad|good|cool|much+better|great|proud; above
        and beyond=2.8; went|goes|going above|out|the of|and|extra their|your|beyond|mile|way=2.4;
        second to none; couldn't|can't|could+not be|ask|have happier|for+more|better|been=2.4;
        no|zero|without issues|problems|complaints|problem|issue|trouble|hassle|delays|worries=1.6;
        never|not|haven't|hasn't|hadn't|don't
        had|have|disappointed|disappoints|failed|let|been|fails
        a+problem|any+problems|any+issues|an+issue|me|us|disappointed|problems=1.9; never
        disappointed|disappoints|fails|better|looked|been+happier=1.8; not
        bad|too+bad|disappointed=1.0; well worth|made|written|worth+it|done|built|designed; worth
        every|it|the=1.9; on time=1.0; much|way|far|so+much
        better|easier|faster|improved|nicer=1.4; fixed|solved|resolved
        my|the|it|quickly|everything|in|within|now=1.2; all|got|finally|been|now
        sorted|fixed|resolved|set|solved|good=1.4; saved|saves|save|helped|helps|help me|us|my|the
        day|out|a|so|life=1.3; quick|fast|prompt|speedy|timely|helpful|friendly
        response|reply|delivery|shipping|service|and|turnaround|staff=2.0; first|top
        class|notch=2.0; game changer=2; must have|buy|see=1.2; no brainer=1.2; life saver=2; hit
        the spot=2; two thumbs up=2.4; can't|cannot|couldn't recommend|thank|praise
        it|you|this|them|him|her|these|the+team|the+staff enough=3.5; i'm|im a|such+a fan|believer=1.4
        """,
    ),
    "question": (
        0.0,
        """
        do|does|did|can|could|will|would|is|are|any|may|if|how|what|when|where|which
        you|your|i|we|there|the|it|this|chance|way|to|if|time|do|is|are|much|many|about|would|sort|kind|of;
        wondering|wonder if|whether|how|what|when|why; question|questions about|for|regarding|on|is;
        quick question; can i|you|we
        get|do|use|have|buy|bring|check|tell|please|send|change|add|pay|still|follow; do
        you|u|they|we have|know|offer|fly|ship|sell|still|accept|do|need|guys|take; how
        do|can|would|to|much|many i|you|we|is|are|do|does|it; looking for|to; anyone|anybody
        know|have|else|got; is there|it|this a|any|possible|anyway|an|available; what
        time|is|are|does|do the|your|is|it|you|are; could you|i; would|i'd like|love to|it; i
        want|need to; let me|us know; please advise|send|dm|follow|confirm
        """,
    ),
    "news": (
        0.0,
        """
        check out; sign up; click here; for sale; giveaway; now hiring; we're|we+are hiring; job
        alert; enter to win; win a; follow us; subscribe to|my; new post; blog post; live from; read
        more; according to; breaking news; just posted|listed; join us; use code; promo code;
        limited time; free shipping; link in bio; retweet to; my channel; 0 off; % off;
        launch|launches|launched|launching a|new|the|its|on|today;
        announce|announces|announced|announcing new|the|its|a|that; to
        launch|announce|release|open|unveil; press release; earnings; quarterly; stock|stocks|shares
        up|down|price|market
        """,
    ),
    "fault": (-1.7, _in_one(FAULTS)),
    "merit": (1.7, _in_one(MERITS)),
}
"""Phrases by what they tell, each group with its usual weight."""

WORDS: dict[str, str] = {
    "negation": """not no never none nobody nothing cannot can't won't don't doesn't didn't isn't aren't
    wasn't weren't hasn't haven't hadn't
        couldn't wouldn't shouldn't ain't neither nor without hardly barely noone nope nowhere""",
    "doing": """work works working worked load loads loading arrive arrived arriving come comes came
    deliver delivered ship shipped receive
        received reply replied replying respond responded responding answer answered answering
        answers help helped helping helps fix fixed
        resolve resolved refund refunded open opens opening start starts connect connecting access
        login log pick picked get getting got gotten
        update updated show showed showing charge charging play playing turn turned hold last fit
        call called calling care cares honor notify
        notified inform informed explain confirm process processed send sent find stream let allow
        print sync install download recognize pair
        board boarding land taking depart departed credited issued offer offered believe understand
        see hear use order book pay check change cancel reach contact speak talk""",
    "failure": """broken broke break breaks breaking crash crashes crashed crashing cancelled canceled
    cancel cancellation cancelling canceling delayed delay
        delays late lost lose loses missing stuck stranded fail fails failed failing failure error
        errors bug bugs buggy glitch glitches outage outages
        down offline wrong damaged damage defective faulty expired useless dead died dies freeze
        freezes frozen froze freezing lag lags lagging
        leaking leaks leaked cracked overheats overheating disconnected disconnects disconnect drops
        dropped dropping unable refused refuse refuses
        refusing rejected declined denied denies stopped stops hacked overcharged scammed scam fraud
        stolen problem problems issue issues
        trouble complaint complaints complain complaining incorrect blocked locked suspended
        disabled messed mess screwed hung unplayable
        ruined ruin ripped torn smashed dented dirty filthy moldy stale burnt undercooked soggy
        smelly stains stained shrank shrunk fell mechanical
        malfunction malfunctioning malfunctioned wait waste wasted slow slower sluggish poor
        unreliable diverted misplaced mishandled bumped rescheduled overbooked fault incompetent
        inconvenience""",
    "waiting": """wait waiting waited waits hold queue queued still yet ages forever hours finally
    already supposed promised tarmac standing stand pending""",
    "time": """minute minutes min mins hour hours hr hrs day days week weeks month months year years
    today yesterday tonight tomorrow morning""",
    "money": """refund refunds refunded money charged charge charges charging fee fees bill billed
    billing paid pay paying payment price
        prices cost costs compensation compensate reimburse reimbursed reimbursement credit voucher
        vouchers deposit overcharged $ deducted invoice""",
    "service": """service support customer customers cust agent agents rep reps staff crew driver
    drivers manager supervisor
        employee employees representative representatives desk helpdesk team attendant attendants
        csr technician operator company airline""",
    "thing": """flight flights plane bag bags luggage baggage package parcel order delivery account card
    app site website wifi internet phone
        email emails reservation booking ticket tickets seat seats gate connection train bus car
        room hotel store item items product device screen battery update
        server servers network signal password number line call calls subscription policy claim
        contract tracking""",
    "rage": """fucking fuck fuckin fucked damn damned bloody wtf ffs omg seriously ridiculous
    unacceptable joke shame disgrace disgraceful
        disgusting pathetic outrageous absurd bullshit bs shit shitty crap crappy hell ass sucks
        suck sucked stupid idiots idiot awful horrible
        terrible worst worse hate hated hates garbage trash rubbish junk appalling angry furious
        frustrated frustrating annoyed annoying
        disappointed disappointing disappointment upset livid pissed unhappy nightmare horrendous
        atrocious dreadful lousy sad smh unbelievable insane rude liars lied lies crooks thieves
        scammers greedy shocking shambles dumb lame ugly sucky boring bad""",
    "leaving": """switch switching switched leaving leave again anymore elsewhere boycott lawyer sue
    lawsuit unfollow return returned returning replace replaced replacement refund avoid instead goodbye
    uninstall competitor regret""",
    "thanks": "thank thanks thx ty appreciate appreciated grateful kudos props cheers tysm thankful",
    "praise": """love loved loves loving great awesome amazing best excellent fantastic perfect
    perfectly wonderful happy glad enjoy enjoyed
        enjoying nice good better helpful friendly easy beautiful brilliant incredible superb
        impressed pleased satisfied delicious comfortable
        fun cool favorite favourite yay excited exciting recommend recommended win wins winning
        proud congrats congratulations lovely gorgeous epic
        sweet smooth fast quick flawless outstanding delighted thrilled sleek solid sturdy reliable
        professional polite sexy dope lit goat beast rocks rock woot wow haha hilarious genius well
        worth bravo stunning adorable fresh tasty yummy""",
    "ask": """please help assist advise need needs want wanted wants explain wondering question hi hello
    hey""",
    "why": "why how when where what",
    "first": "i i'm i've i'd i'll my me we we're we've our us mine",
    "second": "you your yours you're you've you'll guys y'all yall yourselves",
    "third": "he she they them their his her him",
    "contrast": """but however although though yet except unfortunately unless despite otherwise only
    just even""",
    "modal": "should could would wish hope ought must if maybe might",
    "more": """too so very really extremely such absolutely completely totally always every constantly
    times twice again several multiple many""",
    "news": """rt via link breaking announces announced launch launches launched launching says report
    reports news live video blog article ceo stock nasdaq shares sale contest win giveaway free deal
    hiring subscribe sxsw #""",
    "laugh": "lol haha hahaha lmao lmfao rofl hehe xd jk",
    "family": """wife husband mom mother dad kids kid daughter son baby family wedding funeral pregnant
    disabled wheelchair elderly vacation honeymoon birthday""",
    "fine": "fixed solved resolved sorted improved working works worked",
}
"""Words by what they tell; a feature counts each group."""

SPELLINGS: dict[str, str] = {
    "cant": "can't", "dont": "don't", "didnt": "didn't", "wont": "won't", "isnt": "isn't", "doesnt":
    "doesn't",
    "havent": "haven't", "hasnt": "hasn't", "wasnt": "wasn't", "couldnt": "couldn't", "wouldnt": "wouldn't",
    "shouldnt": "shouldn't", "arent": "aren't", "werent": "weren't", "aint": "ain't", "hadnt": "hadn't",
    "im": "i'm", "ive": "i've",
    "ur": "your", "u": "you", "r": "are", "pls": "please", "plz": "please", "plse": "please", "thx":
    "thanks", "thnx": "thanks",
    "thanx": "thanks", "tks": "thanks", "thnks": "thanks", "ty": "thanks", "tysm": "thanks", "thankyou":
    "thanks", "cancelled": "canceled", "cancelling": "canceling",
    "hrs": "hours", "hr": "hour", "mins": "minutes", "min": "minutes", "wks": "weeks", "wk": "week",
    "mos": "months", "yrs": "years", "hours'": "hours",
    "svc": "service", "srvc": "service", "cust": "customer", "ppl": "people", "bc": "because", "cuz":
    "because", "w": "with",
    "b4": "before", "gr8": "great", "fav": "favorite", "favourite": "favorite", "luv": "love", "wtf":
    "wtf", "fkn": "fucking", "fuckin": "fucking",
    "fckn": "fucking", "freakin": "freaking", "yall": "y'all", "gonna": "going", "wanna": "want",
    "gotta": "got", "rn": "now", "asap": "asap",
    "noone": "nobody", "no-one": "nobody", "e-mail": "email", "e-mails": "emails", "web-site":
    "website", "wi-fi": "wifi", "acct": "account", "rep's": "reps",
    "flt": "flight", "flts": "flights", "res": "reservation", "one": "0", "two": "0", "three": "0",
    "four": "0", "five": "0", "six": "0", "seven": "0", "eight": "0",
    "nine": "0", "ten": "0", "luggages": "luggage", "suckss": "sucks", "ya": "you", "tho": "though",
    "msg": "message", "tix": "tickets", "bday": "birthday",
}  # fmt: skip
"""Spellings that mean one word; small numbers become the digit 0 as all numbers do."""

EMOJI: dict[str, str] = {
    "😡": "furious face", "🤬": "furious face", "😾": "angry face", "😤": "frustrated face",
    "🤦": "frustrating", "🙄": "annoyed face", "😒": "annoyed face", "🥱": "boring",
    "🤡": "ridiculous", "🤮": "disgusting", "🤢": "disgusting", "💩": "crap", "🖕": "insult",
    "👎": "bad", "👍": "good", "💯": "perfect", "👏": "applause", "🙌": "hooray", "😍": "love",
    "🤩": "amazing", "🔥": "flame",
}  # fmt: skip
"""What emoji say whose names in VADER have no feeling, or another one than people mean by them."""


def patterns() -> Iterator[tuple[tuple[str, ...], str, float]]:
    """Yield every phrase as its words, with its group and weight; said twice, the first counts."""
    seen: set[tuple[str, ...]] = set()
    for group, (usual, text) in PHRASES.items():
        for part in text.split(";"):
            phrase, _, weight = " ".join(part.split()).partition("=")
            if not phrase:
                continue
            choices = [[alternative.split("+") for alternative in word.split("|")] for word in phrase.split()]
            for chosen in product(*choices):
                words = tuple(SPELLINGS.get(word, word) for alternative in chosen for word in alternative)
                if words not in seen:
                    seen.add(words)
                    yield words, group, float(weight) if weight else usual
