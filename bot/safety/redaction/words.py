"""Words by which names, and what is no name, are told apart. Lower case, one line a kind."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from bot.safety.second_reading import everyday_frequencies


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


FIRST_NAMES = word_set("""
    sofía maría josé lucía andré zoé chloé hélène rené jürgen björn jörg günther jesús ángel inés mónica verónica raúl
    rubén óscar álvaro léa françois françoise rené jérôme stéphane sébastien frédéric agnès anaïs zoë chloë jānis łukasz
    michał paweł małgorzata aaron abby abdul abdullah abigail adam adele adriana adrian agnes agnieszka ahmad ahmed
    aisha alan alba alberto alec alejandra alejandro aleksandra aleksander alessandra alessandro alexander alexandra
    alexandre alexei alexis alfred alfredo ali alice alicia alina alison allison alma alvaro amal amanda amelia amina
    amir amit amy ana anastasia anders andrea andreas andreea andrei andrew andrzej andy angela angelica angelina anika
    anil anita anja ann anna annabel anne annette annie anthony antoine anton antonella antonia antonio anya aoife april
    archie arjun armando arthur arturo asha ashley ashok astrid audrey aurelie aurora ayesha barbara barry beata
    beatrice beatriz belinda ben benedict benjamin bernadette bernard bernd bernardo beth bethany betty beverly bianca
    birgit bjorn bob bogdan boris brandon brenda brendan brian bridget brigitte britta bruce bruno bryan caitlin callum
    camila camille carla carlos carmen carol carolina caroline caroline cassandra catalina catarina catherine cathy
    cecilia cedric celeste celia chandra charles charlie charlotte chen cheryl chiara chloe chris christa christina
    christine christoph christopher ciara cindy claire clara claudia claudio clement colin colleen connor conor
    constance cornelia craig cristina cynthia daisy dan daniel daniela danielle danny darius darren dave david davide
    deborah debbie deepak delphine denis denise dennis derek desmond diana diane diego dieter dimitri dirk dmitri
    dolores dominic dominik dominique donald donna dora doreen doris dorothy douglas duncan dylan eddie edgar edith
    edouard eduardo edward edwin eileen elaine eleanor elena eleni elias elif elisa elisabeth elise elizabeth ella ellen
    ellie elsa emanuel emil emilia emilie emily emine emma emmanuel enrique enzo eric erica erik erika erin ernesto
    esperanza esra esteban ester esther ethan etienne eugene eva evelyn ewa fabian fabio fatima fatma federica federico
    felicia felipe felix fernanda fernando filip fiona florian frances francesca francesco francisca francisco francois
    frank franz fred freddie frederic frederick frieda gabriel gabriela gabriele gareth gary gavin gemma geoffrey george
    georgina gerald gerard gerhard giacomo gianni gilbert gina giorgia giovanna giovanni giulia giuseppe gloria gonzalo
    gordon graham greg gregory greta guadalupe guillaume guillermo gunther gustav gustavo hamza hanna hannah hans harold
    harriet harry hassan hector heather heidi heinrich helen helena helga henrik henry herbert hilary hiroshi holly hugh
    hugo hussein ian ibrahim ida ignacio igor ilse imran ines inga ingrid irene irina isaac isabel isabella isabelle
    ismail ivan ivana jackie jacob jacqueline jacques jakob jakub james jamie jan jane janet janice janina jasmine jason
    javier jeanne jeff jeffrey jenna jennifer jenny jeremy jerome jerry jesse jessica jesus jill jim jimmy joan joanna
    joanne joao joe joel joerg johan johanna johannes john johnny jonas jonathan jorge jose josef joseph josephine
    joshua joy juan juana juanita judith judy julia julian juliana julie juliet julio jurgen justin kamal karen karim
    karin karina karl katarina katarzyna kate katherine kathleen kathryn kathy katie katja katrin kayla keith kelly ken
    kenji kenneth kerry kevin khadija khaled kim kimberly kirsten klaus krishna kristen kristian kristina krzysztof
    kumar kurt kwame kyle lakshmi lara larry lars laszlo laura lauren laurence laurent layla lea leah lee leila lena leo
    leon leonard leonardo leonie leroy leslie leticia liam lidia liesbeth lila lillian lily linda lindsay lisa liz
    lorenzo lorraine louis louise luca lucas lucia lucie lucy ludwig luigi luis luisa lukas luke lydia lynn maciej
    madeleine maeve magda magdalena mahmoud maja malcolm malgorzata malik mandy manfred manoj manuel manuela marc marcel
    marcella marcin marco marcos marcus margaret margarita maria mariam marian mariana marie marilyn marina mario marion
    marjorie marko markus marlene marta martha martin martina mary maryam mateo mateusz matteo matthew matthias maureen
    maurice maurizio max maya mehmet mei melanie melissa mercedes merve mia michael michal michel michele michelle
    miguel mihai mike mikhail mila milan miriam mitchell moira mohamed mohammad mohammed molly monica monika monique
    morgan moritz muhammad murat mustafa nadia nadine nancy naomi natalia natalie natasha nathalie nathan neha neil
    nelson niamh nicholas nick nico nicola nicolas nicole nigel nikhil nikolai nikos nina noah noor nora norman nuno
    olaf oleg olga olive oliver olivia oluwaseun omar oscar otto owen pablo paola paolo patricia patrick patrizia paul
    paula pauline pavel pawel pedro pedro peggy penelope peter petra phil philip philippe phillip phyllis pierre pilar
    piotr pooja priya rachel radek rafael rahul raj rajesh ralf ralph ramesh ramon ramona randy raquel rashid raul ravi
    rebecca regina reinhard rene renata renate ricardo riccardo richard rita rob robert roberta roberto robin rodrigo
    roger roland roman ronald rosa rosalind rosemary rosie ross roxanne roy ruben rudolf rui rupert russell ruth ryan
    sabine sabrina sally salma salvador sam samantha samir samuel sandra sandeep sanjay santiago sara sarah sasha saskia
    scott sean sebastian selena selma serena serge sergei sergio shane shannon sharon shaun sheila shirley siobhan silke
    silvia simon simone sofia sofie sonia sophia sophie stacy stan stefan stefania stefano stella stephan stephanie
    stephen steve steven stuart sunita suresh susan susanna susanne suzanne svetlana sven sylvia sylvie tamara tanja
    tanya tara tatiana ted teresa terry thabo theo theodore theresa thiago thierry thomas tiffany tim timothy tina
    tobias todd tom tomas tomasz tommy toni tony tracy trevor tristan ulrich ursula uwe valentina valeria valerie
    vanessa vera veronica vicki victor vijay vikram vincent vincenzo virginie vivian vladimir walter wanda wayne wei
    wendy werner wilhelm william wojciech wolfgang xavier yan yasmin yasmine yolanda youssef yuki yusuf yves yvonne
    zachary zahra zainab zoe zofia zsofia zuzanna
    """)
"""First names that are hardly ever anything else."""

MORE_FIRST_NAMES = word_set("""
    aaliyah abebe abena adaeze adebayo adele adnan adwoa agata agneta ahmet aidan aiden ailsa aino aisling akiko akosua
    aleksandr aleksei alessio alexa alexia alfie alhassan alistair alisha amadou amara amelie amira amrita anahita
    anais anders andre andrzejka anneke anneli annelise annika antje anton anusha arash ariana arlene arne arno arturas
    asif astou ayaan ayumi azadeh bart bartek bartosz beatrix benoit bente bernhard bettina bilal birgitta blanka bojan
    bożena branka bronwyn burak caoimhe carole cathal catriona celine cem chiamaka chidi chidinma chinedu ciaran
    clarissa
    claude claudette clive corinne cormac cyril dagmar danuta darko darragh dawid deirdre delia demetrius denise deniz
    destiny detlef dilara dilip dimitrios dinesh divya dmytro dolores dorothea dragan ebony edwina efua eilidh
    eimear eirini
    elke ellie elodie elzbieta emeka emre enid esme estelle ethel eun euan eunice evangelia evaristo ewan ezra fadi
    faisal
    farah farida farouk faruk fatemeh fatou fatoumata fenna femke fergus ferhat filippo finlay fintan finn flavia
    floortje
    folake frida friedrich fumiko gabriella geert gennaro gertrude ghislaine gianluca giorgos gisela gordana goran
    grace-ann
    grainne grzegorz gudrun gwen gwendolyn gwyneth habib hadiza hakan halima hana hannes haruki haruka hassan
    hedwig heiko
    heike helene hendrik henrietta henriette hermione hilda hildegard hiroko hortensia hulya huong hussein ife
    ifeoma ikram
    ilaria ilona imani imogen ines inge ingeborg ioana ioannis iqbal isolde izabela jacek jadwiga jagoda jaime
    jamal jamila
    janelle janusz jarek jaroslav jas jasper jelena jenifer jeroen jiri jitka joachim jocelyn joelle johan johanna
    jolanta
    joost jorge josephine josie juliette jutta kaito kamal kamila kareem karim karin karsten kasia katarzyna kateryna
    kathryn katja katrin kayode keiko keisha kelechi kelsey kenji kerstin khalid khadija kieran kiera kiran klaus
    kofi kojo
    konrad konstantin krystyna krzysztof kurt kwabena kwame kwasi lamar lakshmi lars lasse latisha latoya lea leila lena
    leona leonie leszek liesbeth lieselotte ligia liesel linh lionel livia ljubica lola lorna lorraine lotte louisa
    lucas
    lucinda lucie ludmila ludovic luigi luka lukas luuk lyudmila maarten maciej madison maeve maëlys magali
    magdalena magda
    maha maheen mahmoud mairead malik mallory manfred manoj manuela marcin mareike marek margarethe margot marguerite
    marieke marija marike marina marjorie marlene marlies marlon marta martje mathilde mathis matteo matthias
    maureen mavis
    maxine mehmet meera megan melanie melissa meike mei-ling miguel mihai mikael mikkel mikko mila milan milena milica
    mireille miroslav miriam mirjam mohamed moira monique moritz mukesh muhammad mustafa myrtle nadia nadine naledi
    nandini naoko naomi narges nasrin natalya nathalie navid neha nell nia niamh nico nicole nicolette nikhil
    nikita niklas
    nikos nils nkechi nneka noelia noor norbert nuala nuno obinna octavia odette oksana ola olena olu omari oona
    orla ornella
    ortrud osman ottilie pádraig padma pascale patience-joy pernille petar petra petronella philippa phoebe
    pierrette ping
    polina prakash precious priscilla priyanka rachida radoslav rainer raisa rajiv ramona ranjit raymond reema reiko
    renske reza rhiannon rhona rishi rita-maria rocio rocío rogelio roisin róisín rolf romain rosalie roswitha roza ruta
    ruud sabina sabrina-marie sadia saeed safiya sakura salome sanjana sanne saoirse saskia sathya seamus séamus
    sebastiaan
    senait seydou shabnam shanice shanelle shanti shauna sheena shreya shu-fen siegfried sigrid sílvia simran
    sinead sinéad
    sindre sipho slavica snezana sofie-anne solveig somchai soraya søren stanislav stavroula stefanie stephane
    stijn sunil
    suresh svenja swati swen sybil sylwia szymon tadeusz takashi talia tamsin tamika tariq tatjana tebogo teodora terje
    thandi thandiwe theodora thérèse therese thijs thorsten tihana timo tomoko torsten trudy tuan tunde tyler
    tyrone ulrike
    umar urszula usha uta valentin valerija vasiliki venkat vera-lucia vesna viktor viktoria vikram vilma violeta viola
    virgil vivienne vlad volker waltraud wendell wenche wiebke wieslaw wilfred willem wilma winifred winston wouter
    xiaoming
    ximena xin yael yana yannick yara yelena yetunde yiannis yolande yoko yosef yukiko yuri yusra yuval yvette
    zahid zainab
    zanele zara zbigniew zelda zeynep zhanna ziad zlatko zoltan zoltán zora zsuzsanna zuleika
    """)
"""More of them, of the whole world."""

NAMES_OF_THE_WORLD = word_set("""
    anneloes koos boglárka ildikó hennie fanie gert danie riaan pieternella marietjie
    abdelkader abdelkarim abderrahman abdirahman abdoulaye abdulaziz abdulrahman abílio achieng adaora adelheid afua
    agatha agus agustina agustín akinyi akira akua alastair aleida algernon almir amaka amarjit aminata analyn
    anastasios anatoly aniela anikó annemarie anong anselmo antti anura aparecida apostolos arabella arnel arvid
    arvind asad ashwin assunta attila aubrey augusta aulikki aurélie avraham ayman ayodele ayşe ayşegül azucena
    babatunde bahram baljit bambang barnaby bassam bastien batya behzad benjamín bertha bertrand beryl bhavna birger
    bjørn blažena bogusław bogusława bohdan bohumil bohumila bongani branislav brayan brayden breanna brianna briony
    brody brunhilde budi bukola burkhard bushra börje carmela cataldo cengiz chaim chaminda chana cheikh chetan
    chukwudi chukwuemeka citlali clarice cleusa clifford cody colton conceição concetta constantin corentin
    cornelius costel costin cressida csaba custódio cuthbert cyndi cyprian cyrille cătălin daan daichi daljit daphne
    dariush darnell dashiell dawit dayana deandre deepika dejan delroy denyse deolinda deshawn desiree despina
    devika dewi dilani dillon dimitar divina djamila djeneba doina dominika donatella dougal dragica drahomíra dre
    dudley dumitru dustin dušan dušica dwayne dwight earnest easton eberhard edeltraud edin edna edson eeva effie
    egon eino eitan ekkehard eleuterio elfriede elspeth elvira emiko emiliano emina emrah ercan erdem ermenegildo
    ernestine errol erwan erzsébet essam eszter eugenie eunji eustace evangeline evangelos ewelina fabrice farhad
    fawzia fenella fenton ferdinand fergal fermin filomena fiorella fitri florentina florrie folasade foteini frauke
    friedhelm fulvio funmilayo gaetano galina garrett gaurav gaynor gaël gaëlle geeta gennady genowefa georgi
    geraldine gerda gerlinde gernot gerrit gertie gesine getachew ghada gheorghe gideon gijs gilberto ginette girish
    gisbert gladys godfrey graciela grayson graça grażyna griselda gunilla gunnar gunnhild gurpreet guylaine
    gwenaëlle gwenda gwyn gyöngyi györgy gábor gérald gérard gökhan götz gülay gülşen halina halyna hamid hamish
    hanan hannelore hansjörg haralambos harish harpreet hartmut hatem hatice hattie heikki heinz helmut hemant
    hendra henriqueta henryk heribert heriberto hervé hester hettie hicham hideo hien hisham hiwot hoda hodan horace
    horst hortense houria hristo hubert huguette hyejin hylke hyunwoo håkon håvard ianthe ibrahima ifrah ignatius
    ikechukwu ildikó ileana ilham imke immacolata inas indah ingegerd inácio iona ionela iracema irma irmgard
    irmtraud iryna isadora istván itzel ivano ivaylo ivone ivonete ivor iwona jacinta jacinto jair jari jaroslava
    jarosław jarvis jasmina jaspreet jaxon jayden jelle jemima jermaine jethro jhoanna jhon jianguo jiwoo jiyoung
    joaquin joaquín jocasta jocelyne jochen joko jolene jolie jomar joris josiane jovana juhani jukka junaid jussara
    jyoti jörn kaarina kaden kagiso kalevi kamau kanya karlheinz katalin katerina kathie kavita kavya kayden kaylee
    kazimiera kazimierz kazuko kazuo kehinde keiran kelsie kenrick kerensa ketan khalil kinga kirsty koji kostas
    kourosh krystian kuldeep kumari kunal kunigunde květa kwaku kylie kyriaki lachlan ladislav ladislava laetitia
    lakeisha laleh lalita landon latanya latonya latrice lavinia lefteris leidy leighton lennart leocadia leokadia
    leopold lerato letitia lettie lieke lindiwe lindy linnea liora livio lizbeth lizzie ljiljana loredana loretta
    lothar lottie loubna lowri loïc lubna lubomír lucille lucretia ludivine lurdes lyndon lyndsey lynette lynne
    lyubov mabel macarena macario mackenzie maddie madhu magdy maged mahesh mahnaz maike maisie maj-britt malachi
    malika mamadou manal mandla manish manon manpreet marcelle marcia marcy margareta marguerita mariama maribel
    maricel marijke marisela marisol marites marius marjatta marquis marwan marzena masako matías maude mavourneen
    maëlle mckenzie mechthild meena mehrdad meiling meirav menachem mervyn michiko mickaël mieczysław mieke mihaela
    miklós millicent millie minh minho minjun minnie miodrag mirella mirjana miroslava mirosław mirosława mirta
    mohan monifa montague mordecai mortimer moshe moussa mukul mulugeta muriel mwangi myfanwy mykhailo mykola mylène
    myra mélanie nabil nadiia nagwa nahla naima najat namrata nanette narendra nasreen nasser nataliya nattapong
    naveen navjot nayeli ndeye nebojša nelida nenad nermin nerys nesrin nettie neusa neville ngozi nguyet nicoleta
    nienke nigella nikolay niloufar nirmala nisha nitin njeri noam nompumelelo nomvula noreen noriko noémie
    nthabiseng nunzia nurul nuwan nyambura nélida obdulia océane odessa olavi olek oleksandr oleksandra oliwia
    olumide oluwaseyi ophelia orhan orly orville osama osbert oswald otieno ottmar ottoline otávio oumou ousmane
    ovidiu palesa pamela panagiotis pankaj parisa parvati parveen pasquale pekka percival percy perpetua petro
    philomena phineas phuong pirjo piroska poonam pornthip pradeep pramod prashant pratik preeti prunella puja putri
    päivi quentin quincy quynh rachid radka rafaela raffaele raffaella ragnhild raimundo rajendra rajinder rakesh
    rania rasha rashad rashida ratchanee raymonde rayna reem refilwe reginald rekha rhoda rhodri riet rigoberto
    riitta rivka rizky rizwan rodel roderick rohit ronit ronnie rosalba rosalyn rosamund rosaria roselyne rosemarie
    roswita rowena roxana royston rufus rukhsana rupa ruslan rustam ruwan ruxandra ryota ryszard régis réka rémi
    rémy răzvan růžena sachiko sachin sadhana sagal saima salvatore salwa samira samson sana sanduni sangeeta
    sanjeev sarita satish satoshi sebastienne seema selam selina senad seojun seraphina serkan shabana shaniqua
    shaquille shazia sheldon shereen sherif shilpa shinji shirin shlomo shobha shona shoshana siavash sibusiso
    sidney siegmund sietske silas silvana silviu simonne simranjeet siriporn siti sixten sjoerd slamet slobodan
    smita sneha snežana soheila solène sonya soojin sorina sotiris soumaya spyros stanisław stanisława stavros
    stephany stoyan suad sudha sudhir sujata sukhwinder sumit sungho supaporn susannah sushma svea sverre svitlana
    swapna sylvain sylvaine szilvia sándor séverine sönke tabitha tadeo tahira taiwo takeshi tamar tanguy tanvi
    taras tarek tarquin temitope terrell tesfaye thais thanasis thanh thaís thelma themba theodoros thibault thibaut
    thijmen thilini thora thulani thuy tiana tianna tigist tilly timur tineke titilayo titouan tiziana tjitske tolga
    tolu torbjörn torbjørn trang travis trenton tristram trixie tsvetana tucker tuncay tuula tuyet tyrell tyrese
    tzipora tünde uchenna uday ulla ulysses usman uzma vadim valda valdemar valdir valentyna varsha vasile vasilis
    vasyl veikko velma vernon vicky vinicius vinod vinícius viorica vivek vlasta volkan volodymyr vyacheslav wael
    wahyu wairimu walid wallace wallis waltraut wambui wanjiru waqas wati weimin wendelin weronika wesley wichai
    wiesława wietske wiktoria wilbur wilco wilfrid wilhelmina wilmer winnie wolfram wyatt wynne xanthe xiaoli
    xiomara xiulan yaakov yadira yahya yamileth yannis yanti yaroslav yasin yaw yehuda yeimi yesenia yitzhak yoann
    yogesh yohannes yolonda yonatan youngho yuliana yumiko yıldız zachariah zadie zane zdenka zdeněk zdeňka zdravko
    zdzisław zena zineb ziva ziyad zoran zorica zoryana zsófia zubair zübeyde çağla édouard élise élodie éléonore
    émilie étienne özgür özlem øystein ľubica łucja şerife şükran żaneta
    alun aneurin anwar ashraf bertram biju bryony cyrus davit isla luc menna nima oisin rodney sahar segun shahin
    solange talal tayo tosin yazan
    """)
"""And more, of people that come from further away or are older."""

ARABIC_NAMES = word_set("""
    محمد احمد أحمد محمود مصطفى علي حسن حسين خالد عمر عثمان يوسف ابراهيم إبراهيم اسماعيل إسماعيل عبدالله
    عبدالرحمن عبدالعزيز سعيد سعد سالم سليمان طارق طلال فهد فيصل نايف ناصر نواف بندر تركي سلطان ماجد وليد هشام
    هيثم ياسر ياسين زياد رامي رائد سامي سمير شريف عادل عصام عماد غسان كريم كمال جمال جابر حمزة حسام بلال ايمن
    أيمن انس أنس اسامة أسامة باسم بسام مروان منصور نبيل نزار وائل جاسم راشد حمد خليفة فاطمة فاطمه عائشة خديجة
    زينب مريم سارة ساره نورة نوره نور ليلى سلمى هدى هند منى مها ريم رنا رانيا دينا سعاد سميرة سناء صفاء عبير
    غادة فرح لمى لينا ندى نادية ناديا نجلاء نسرين نهى هالة هبة ياسمين اسماء أسماء امل أمل امينة أمينة ايمان
    إيمان بسمة جميلة حنان رحاب رغد روان شيماء شهد عزيزة لطيفة وفاء وردة
    """)
"""First names in Arabic letters that are hardly said of an illness or a trade behind "I am"."""

DOUBTFUL_NAMES = word_set("""
    will may mark hope faith grace sunny rose art bill drew grant jack rich dawn amber summer joy pat sue ray
    chase penny ruby april june august angel christian chance dean guy sterling miles ernest ivy iris violet
    hazel heather lily daisy holly crystal melody harmony patience prudence constance charity mercy gene dale
    glen cliff brook rusty major earl duke prince king rob lee see kim long mini lance buck bud chip chuck skip
    tad trip wade ward web woody norm frank ginger basil olive rosemary pearl jade eve dolly dick mini sol stew
    tab harvey lloyd stanley marvin polly kitty rowan clement soledad unity verity pansy poppy hunter mason logan carson
    bailey madison sherry norma merlin mona mercedes leo abbas ariel armen aziz bello col dara dina hani
    iman kelvin kiri mai musa neo rana sami sina skeeter sylvester tamer tane titi tope trey una valentine wan girlie
    tex red ola mo
    """)
"""Names that are words of every day, abbreviations or parts of other
names as well: they need a capital letter or a cue of their own."""

SURNAMES = word_set("""
    adams ahmed allen anderson andersson bailey baker barnes becker bennett bernard brooks brown campbell carter
    chen clark clarke cohen collins cook cooper costa cox cruz davies davis diaz dubois dupont edwards evans
    fernandez ferrari fischer fisher flores ford foster garcia gomez gonzalez gonzales graham gray green gupta
    gutierrez hall hamilton hansen harris harrison hernandez hill hoffmann hughes hussain ivanov ivanova jackson
    jansen janssen jensen jimenez johansson johnson jones kaur kelly khan kim king klein kowalska kowalski kumar
    lee lewis li lopez marshall martin martinez mason meyer miller mitchell moore morales moreno morgan morris
    mueller muller murphy murray nelson nguyen nielsen novak nowak obrien oconnor olsen ortiz papadopoulos
    parker patel perez peterson petrov phillips powell price ramirez ramos reed reyes reynolds richards
    richardson richter rivera roberts robertson robinson rodriguez rogers romero rossi russo ruiz russell
    sanchez santos sato schmidt schneider schulz schwarz scott shah sharma shaw silva simpson singh smith sousa
    stewart sullivan suzuki tanaka taylor thomas thompson torres tran turner vargas vasquez wagner walker wang
    ward watson weber white williams wilson wood wright yamamoto yilmaz young zhang
    """)

WORDS_AS_SURNAMES = word_set("""
    short small little best cross moody sharp bright wise power day knight sweet gentle strong poor church street wells
    fields banks stone steel gold silver black pope bishop page butler porter winter summers frost snow rain moon love
    self head hand foot hart shepherd potter farmer hunt field marsh pool bush bird fox wolf lamb crow partridge
    nightingale
    drinkwater makepeace goodenough sugar salt pepper rice onions berry flowers garden parish holiday christmas friday
    """)
"""Surnames that are words of every day: behind a first name with a capital letter alone."""

SURNAMES_IN_DICTIONARIES = word_set("""
    abernathy acevedo acosta adkins adler agnew aguilar aguirre aitken alfieri alighieri allende alvarado alvarez
    amundsen andrews annas aragon arenas ares arias ariosto arius armstrong ashe asks atkins atkinson auer avila
    avogadro ayala ayers babel baez bailly baird balbo baldwins banville barbera bards barents barozzi barrera
    barrios barros barrows bartlett bates batista bauer bayer beasley beatty beauregard beckmann behan bellini
    bents benz bergman bergs bermejo bernini bins bjork blackwell blankenship blevins bloch blondel blum boccaccio
    boccherini boccioni bodoni boers boito boles bonaventura bonner borges borghese borgia bork bors boru
    botticelli boulanger bowen bowers bradshaw brahmi bramante brands breton breuer briand bridges briggs brookes
    bros browne broz bruckner brunel brunelleschi brzezinski buchanan buchner buckley buick burch burman burrows
    busoni cabanas cabrera cabrini cagney caine caldera calderon caldwell callaghan callahan camacho campanella
    candia canova cantrell cantu capek capone capua cardenas cardozo carducci carlson carranza carrillo caruso
    casals casanova casanovas castaneda castiglione catalan cervantes chambers chamorro charon charpentier
    cherubini chevrolet chopra chretien chung clancy clements coates cobb cochran coffey colas coles comas combs
    compton connery connolly connors contreras cooke cooley cools copeland coppola coronado corr cosgrave costello
    cousins cowley crispi cronin crooks crosby crowley csonka cumming cummings cunningham curtin dahl damps
    daugherty davids davidson deere delacruz delaunay deleon delgado delorme deng denys devereux dickerson
    dickinson dijkstra diomedes dobbins dodson dominguez donaldson doppler dore downing downs dubuque duffy duhamel
    dumas dunlap dunn dunning dvorak eaton eichmann eide eisner emeralds emmen erickson ericson ericsson espinoza
    fabre falkner farley farnese faulkner faure fechner ferguson fermi fibonacci fiedler figueroa fitzpatrick
    fitzsimmons flanagan florio foley forbes forster forsyth fouquet franklins franks frescobaldi frey friedman
    frye fuchs furness gaels galilei gallagher galle gallegos gallo gandhi gardiner garza gascon gates gautier
    geiger geisel gerber giacometti giannini gibbons gibbs gigli gilberts gilchrist gillespie gillies gilligan
    giraud glaser gleason godard goethals gogol golan golding goldoni golgi goodwin gorey gould grahams granados
    grattan greer grimes gucci guerrero guevara guinness guyot guzman haas hahn halls hamill hammond hancock haney
    hargreaves harrington hartman hartmann hatfield hawkins haynes heaney hellman hendricks hendrix hennessy hens
    hensley henson hepburn herrera hess hesse hewitt hickman hicks higgins hills hines hinton hobbs hodge hodges
    hods hoes hoffman hogg holloway holst honan honing horne hosp howells huang huber huerta huffman hume humphreys
    hutchinson hutton huysmans hyde iago inonu israels jacks jacobi jacobs jacobsen jacobson jacuzzi jain jenkins
    jespersen johns johnston juarez julliard kalinin kalis kaufman keogh kerr kidd kilkenny kilroy kinney kirchner
    kline knowles knudsen koppel kosciuszko kramer krebs kruger kuban kuhn kusch kutch lakota lamas lamberts
    lamborghini landry lanka lardner larson leary leblanc lebrun legendre lehmann leks lemaitre lenoir leoncavallo
    leopardi lerner levesque levine leyden leys linares lind lips livingston llamas llanos lofts lollobrigida
    lombardi lombroso loos lopes lorca lowry lugo luik lumumba luria luthuli lyons maas macbride macdonald macias
    macmillan macpherson madura makos malinowski malone mancini mantegna manzoni marat marinetti markova martens
    martineau marx masaryk mascagni massey matthews mayer mays mazzini mcbride mccall mccarthy mccarty mcclain
    mcclure mcconnell mccormick mccoy mccullough mcdaniel mcdonald mcdowell mcfadden mcfarland mcgee mcgovern
    mcgowan mcguire mcintosh mcintyre mckay mckee mcknight mclaughlin mclean mcleod mcmahon mcmillan mcnamara
    mcnaughton mcneil mcpherson mcqueen mcveigh meadows meany meier mejia melendez mendez menton merino meyers
    michelson middleton milne modigliani moles molina monaghan monks monnet montero montes monteverdi montoya
    mooney moons moran moreau morgans moriarty morley morrison mosley mullen mullins munoz munro murdoch murillo
    musil navarro navratilova nazareth nichols nicholson nikolaev nkrumah noels noriega novembers numis nunez nurmi
    ochoa odom okla olson omani orozco ortega pacheco paganini palladio palomar pandit pareto parisian parmentier
    parsons paton patterson patton pavarotti pavlov pavlova payne pearson pelletier pennington pepin pergolesi
    perkins peron perrin peruzzi peters petersen pets phelps philips picard piggott pinter pirandello pisano
    pittman pitts pizarro plath pons posada potters pottier potts prada prado prem priors procter pruitt puccini
    purcell purina quasimodo quintero racine rails ramsay rattigan reade reeves refs renault renders reynaud rhodes
    ribera richer riggs ritter rivas rivers robbins roberson robeson robles robson rocha rodriquez rollins romanov
    romans romeos rooney roose roots rosales rosenberg rossetti roth rourke rousseau roux rowe rubens rubik ruts
    rydberg ryle saadi saarinen salazar salmi sandoval sands savoie sayers scarlatti schiaparelli schindler schmuck
    schroeder schultz schumacher schwartz schweitzer sears segovia segre sellers sforza shaffer shankar sharpe
    sheikh shepard sheppard shields simmons sims sinclair sitters smirnoff snyder solano somoza sorbian sosa soto
    soyinka spears spies spillane steele steiner stephens stephenson stevens stevenson stokes storey storms
    stradivari strauss strickland suarez suits summers swanson swazi sweeney swords sykes tarantino tatar tebaldi
    thins thomson thorpe tiepolo togliatti toots torrens torrents torricelli tors toscanini townsend trapani
    trevino turpin upton uranus valdez valves vaquero vasari vazquez velasquez velazquez velez vespucci victors
    villarreal villeneuve visconti vivaldi vlasic walesa walters waters watkins watts weller whitaker wiggins
    wilcox wilkerson wilkins wilkinson williamson wills winters wisla wolfe wolff woodard woods woolley wozniak
    yates zamora zapata zeffirelli ziegler zimmerman
    """)
"""Surnames that a dictionary of English lists for the people who had them, and that are no other word."""

COMMON = word_set("""
    goodbye bye-bye cheerio toodles noted olá sarà old-fashioned
    christmas merry xmas easter hanukkah chanukah diwali ramadan eid holiday holidays thanksgiving weekend weihnachten
    ostern noël navidad natale advance kwanzaa birthday season seasons greetings
    a able about above ache aches aching across actually acute addicted adult after afternoon afraid again
    against age aged ago ah ai all allergic allergies allergy allowed almost alone already also alright always
    am amazing an anaemic and anemia anemic angry another answer anxiety anxious any anybody anymore anyone
    anything anyway anywhere app appointment appointments are area around arthritis as asap ask asked asking
    asthma asthmatic at ate athlete autism autistic autoimmune available aware away awful baby back bad because
    bed been before began behind being below best better between big bipolar bit bleeding blind blood body
    booked booking both breast breath breathing breathless broken but by call called calling came can cancel
    cancelled cancer cannot car card care careful carer case caught caused celiac cell cells certain chair
    changed charge check chest child children chronic clean clear clinic close cold coeliac collect colleague
    come comes coming common concerned condition confused congested considering contact cool correct could
    coughing couple cream crohn's crying cured curious currently cut daily daughter day days dead deaf dealing
    dear deceased definitely dehydrated dental dentist depressed depression details diabetes diabetic diagnosed
    did didn't died diet different difficult dizzy do doctor does doesn't doing don't done door dose double down
    drink drinking drive driver driving drunk due during dying each early easy eat eating eighteen eighty either
    eleven else email embarrassed emergency employed empty end english enough enquiring epileptic especially
    even ever every everybody everyone everything excited expecting experiencing extremely eye face fainted
    faint fainting family far fast father fed feel feeling feels female fever few fibromyalgia fifteen fifty
    fine finished first fit five five fixed flu foot for forever forty forward found four free fresh friday
    friend from full fully gay get getting girl give given giving glad go god going gone good google got great
    green gonna gp guess had half hand happy hard has hasn't hate have haven't having he he's head headache
    health healthy hear heard heart hello help helping her here here's hers herself hey hi high hiv him his home
    hoping hospital hot hour hours house how however hungry hurt hurting husband hypertension hyper hypothyroid
    i i'd i'll i'm i've idea if ill im immune in infected infection info information injured inquiring insulin
    insured interested into is isn't issue it it's its itchy itself ive january july june just keep kidney kind
    kinda know known lactating lady last late later learning least leave left less let let's life like likely
    listed listening little live lives living liver local long look looking lost lot low lower lucky lung lupus
    lying made mail make male man many march married massage maybe me mean medical medicated medication medicine
    member men menopausal menopause message met might migraine migraines mild mine minute minutes miss missing
    misspelled mobile mom moment monday money month months more morning most mother move moved moving ms much
    mum must my myself name names nausea nauseous near nearly need needed needing neither nervous never new
    newbie next nice night nine nineteen ninety no nobody none normal not nothing now number numb nurse nursing
    obese obviously october of off ok okay old older on once one ones only open operation or other others our
    out outside over overdue overweight own ozone pain paid panicking parent part partially patient patients
    people per perfectly person persons phone pill planning please pleased plus poisoned pollen positive
    possible post pre pregnant prepared prescribed pretty previous private probably problem process prone
    pulmonary put question questions quick quickly quite ready real really reason received recently recommended
    recovering red referred registered regular relieved remember reply report retired return right running s sad
    said same saturday saw say saying says scared scheduled second sedated see seeing seem seems seen send
    senior sensitive september serious seriously session sessions seven seventy severe severely she she's short
    should shouldn't sick since single sister sitting six sixty skin sleep sleeping slow small smoke smoker so
    sober some somebody someone something sometimes son soon sore sorry sort speak spelled spelt spouse staff
    stage standing start started starting stay still stomach stop stopped stopping straight stressed stroke
    strong struggling stuck student stupid such sudden suddenly sugar suffering suicidal sunday support supposed
    sure surgery surprised swelling swollen symptoms t take taken takes taking talk talking tall teacher tell
    telling ten terrible terrified test text than thank thankful thanks that that's the their them then
    therapist therapy there there's these they thing things think thinking thirsty thirty this those though
    thought three through throwing thursday thyroid tight till time tired to today together told tomorrow
    tonight too took total totally treated treatment treatments trouble true try trying tuesday turned turning
    twelve twenty twice two type unable unconscious under unemployed unhappy unless until unsure unwell up upset
    urgent us use used user using usual usually vaccinated vegan vegetarian very via virus visit visiting
    vomiting waiting wake walking want wanted wanting wants warfarin was wasn't water way we weak wear wednesday
    week weeks weird well went were what what's when where which while white who whole why wife will wish with
    within without woman women won't wonder wondering work worked worker working worried worse worst would
    wouldn't writing wrong x year years yellow yes yesterday yet you you're young your yours yourself zero
    hotline police ambulance anytime everyday direct directly during instead regarding concerning crazy names
    whatever anonymous private secret none unknown above below attached enclosed protected safe kept hidden
    blank required optional used wrong missing same there different mine american british english scottish irish
    welsh canadian australian indian chinese japanese korean german french spanish italian portuguese dutch
    polish russian turkish greek mexican brazilian african european asian muslim jewish catholic hindu buddhist
    christian christians texas california florida london paris berlin madrid rome york england scotland ireland
    wales america usa uk canada australia india china germany france spain italy europe africa asia monday
    tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december hepatitis parkinson parkinson's alzheimer's lyme copd ibs pcos adhd ptsd
    ocd covid hiv aids ms als dvt gerd tia afib rn md np gp hcp intolerant immunocompromised immunosuppressed
    deficient transgender trans lesbian bisexual widowed divorced homeless disabled paralysed paralyzed
    wheelchair filipino filipina latino latina hispanic caucasian black arab arabic persian iranian iraqi syrian
    pakistani bangladeshi israeli egyptian nigerian ghanaian kenyan ethiopian somali moroccan vietnamese thai
    malaysian indonesian nepali ukrainian romanian bulgarian hungarian czech slovak croatian serbian albanian
    swedish norwegian danish finnish swiss austrian belgian argentinian colombian cuban texan sikh mormon
    protestant orthodox atheist graves hashimoto hashimoto's crohn crohns raynaud raynaud's bell's sjogren
    sjogren's meniere meniere's addison's cushing's hodgkin gran sirs madam human account so-and-so accounts
    covid-19 carrying breastfeeding postpartum trying hypoglycemic hypertensive haemophiliac hemophiliac
    asymptomatic unvaccinated und ist nicht ein eine der die das ich bin habe mit auf auch aber aus krank
    schwanger mude müde allergisch y con pero de la el los las una un no muy estoy embarazada alergico alérgico
    alérgica diabetico diabético diabética e ma che non il lo un una et mais le les des pas je suis enceinte
    malade allergique très tres sur dans pour que qui est não nao com mas um uma en maar niet een het met van
    voor op i og men ikke medico médico doctora enfermera enfermero paciente diabetique diabétique arzt ärztin
    patientin rentner rentnerin schon sehr so pharma pharmacist nutrition physio physician gyno dermatologist
    cardiologist naturopath homeopath practitioner provider receptionist recommends recommended thinks advised
    prescribes prescribed warned suggested suggests told tells says gave gives put wants ordered office visit
    visits appointment note notes letter referral order orders bills approved approval confirmed reckons
    insisted mentioned refused
    """)
"""What follows a cue for a name and is none."""

EPONYMS = word_set("""
    hartmann hartmann's
    budd chiari von-willebrand willebrand waldenström waldenstrom castleman castleman's erdheim-chester fabry
    gaucher pompe niemann-pick tay-sachs friedreich huntington's batten rett angelman prader-willi williams-beuren
    noonan kallmann kartagener alport goodpasture henoch-schönlein henoch-schonlein churg-strauss takotsubo brugada
    wolff-parkinson-white fallot eisenmenger buerger buerger's raynauds peutz-jeghers hirschsprung hirschsprung's
    zollinger-ellison mallory-weiss boerhaave zenker zenker's dubin-johnson crigler-najjar rotor conn's sheehan
    sheehan's hashimotos basedow's riedel de-quervain plummer kimmelstiel-wilson mauriac lambert-eaton
    miller-fisher brown-séquard brown-sequard horner horner's argyll adie wernicke korsakoff wernicke-korsakoff
    pick's lewy creutzfeldt gerstmann capgras munchausen münchhausen cotard rorschach babinski romberg lasègue
    lasegue trendelenburg valsalva heimlich epley dix-hallpike phalen tinel finkelstein lachman osgood schlatter
    köhler freiberg kienböck kienbock dupuytrens heberden bouchard charcot sudecks volkmann sever's legg
    calvé-perthes legg-calvé-perthes scheuermanns schmorl modic tarlov kaplan-meier mann-whitney bland-altman
    cochran kruskal-wallis kolmogorov karnofsky apgar child-pugh gleason breslow ann-arbor barthel waterlow
    bristol-stool hamilton-depression beck's mini-mental wexner harvey-bradshaw horowitz burrascano buhner gerson
    budwig hoxsey rife kneipp felke schüssler feldenkrais alexander-technique pilates bobath vojta buteyko gram
    giemsa ziehl-neelsen coombs widal wassermann mantoux heaf schick kveim schirmer snellen amsler ishihara rinne
    weber's ehlers-danlos ehlers danlos epstein-barr epstein barr guillain-barré guillain-barre guillain hashimoto
    hashimoto's sjögren sjögren's sjögren-syndrom sjogren sjogren's raynaud raynaud's crohn crohn's parkinson
    parkinson's alzheimer alzheimer's lyme lyme's hodgkin hodgkin's marfan marfan's ménière ménière's meniere
    behçet behçet's behcet kawasaki tourette tourette's asperger asperger's barrett's baker's dupuytren dupuytren's
    quervain peyronie peyronie's osgood-schlatter scheuermann scheuermann's wilson's gilbert's charcot-marie-tooth
    huntington creutzfeldt-jakob stevens-johnson down's klinefelter wegener's wegener takayasu paget's perthes
    morton's herxheimer jarisch-herxheimer jarisch herx myers myers' bechterew basedow pfeiffer'sches pfeiffer
    graves graves' addison addison's cushing cushing's bell's john's wort tietze ledderhose sudeck bekhterev
    still's lupus coxsackie legionnaires
    """)
"""Illnesses and mixtures called after somebody: nobody's name here."""

HOUSES = word_set("""
    aetna cigna bupa humana kaiser united unitedhealthcare anthem tricare axa allianz vitality aviva google chatgpt
    openai
    siri alexa amazon paypal klarna visa mastercard amex apple samsung uber lyft deliveroo facebook instagram whatsapp
    youtube tiktok zoom reddit barmer dak aok debeka techniker medicare medicaid nhs fda ema who osha cdc nice boots
    walgreens cvs walmart tesco aldi lidl ikea herrmann longevity medozon ozonosan promolife zotzmann kastner
    eliquis xarelto ozempic wegovy mounjaro botox metformin ramipril prednisone ibuprofen aspirin tylenol paracetamol
    curcumin artesunate glutathione magnesium zinc selenium nad myers hydra vitamin ozone ozon ozono
    evri fedex hermes dhl yodel aramex delhivery revolut monzo corolla toyota honda nissan skoda
    pylori coli difficile aureus albicans burgdorferi
    """)
"""Companies, makers, medicines and germs, which people write with a capital letter as well."""

OF_THE_FIELD = word_set("""
    bocci warburg tesla lahodny shallenberger rowen payr viebahn viebahn-hänsler viebahn-haensler hänsler haensler
    pasteur hof gehrig gehrig's disney teresa einstein trump biden obama putin nightingale fleming
    pauling schwartz-tapia siemens schönbein schoenbein hippocrates galen avicenna sushruta charaka paracelsus
    barnard semmelweis lister banting hahnemann freud mercola fauci huberman attia dispenza
    """)
"""Surnames of people of whom everybody who reads about ozone has read."""

NOBODY_HERE = (
    *("mother teresa", "florence nightingale", "marie curie", "louis pasteur", "robert koch", "joseph lister"),
    *("alexander fleming", "edward jenner", "jonas salk", "ignaz semmelweis", "christiaan barnard", "chris barnard"),
    *("barry marshall", "frederick banting", "frank shallenberger", "otto warburg", "velio bocci", "nikola tesla"),
    *("linus pauling", "robert rowen", "silvia menendez", "sigmund freud", "carl jung", "edward bach", "max gerson"),
    *("samuel hahnemann", "thomas edison", "albert einstein", "isaac newton", "charles darwin", "stephen hawking"),
    *("wim hof", "joe rogan", "joe dispenza", "andrew huberman", "peter attia", "mark hyman", "bryan johnson"),
    *("tony robbins", "gwyneth paltrow", "mehmet oz", "joseph mercola", "gabor mate", "oliver sacks", "ben goldacre"),
    *("anthony fauci", "chris whitty", "bill gates", "elon musk", "donald trump", "joe biden", "barack obama"),
    *("queen elizabeth", "king charles", "prince william", "princess diana", "prince harry", "pope francis"),
    *("lou gehrig", "christopher reeve", "michael jackson", "michael phelps", "tiger woods", "david beckham"),
    *("cristiano ronaldo", "lionel messi", "taylor swift", "elvis presley", "marilyn monroe", "walt disney"),
    *("fe del mundo", "jose rizal", "nelson mandela", "desmond tutu", "mahatma gandhi", "martin luther king"),
    *("harry potter", "sherlock holmes", "james bond", "mickey mouse", "donald duck", "homer simpson", "john snow"),
    *("romeo and juliet", "jekyll and hyde", "santa claus", "father christmas", "virgin mary", "saint anthony"),
    *("regular joe", "average joe", "joe public", "joe bloggs", "joe average", "plain jane"),
    *("joe schmo", "uncle sam", "uncle bob", "aunt sally", "happy larry", "smart alec", "nosy parker", "jack russell"),
    *("bob's your uncle", "peter to pay paul", "tom, dick and harry", "heath robinson", "jack of all trades"),
    *("freddie mercury", "tom cruise", "dr. oz", "dr oz", "sister act", "jameson and coke", "tom hanks"),
    *("johnny come lately", "doubting thomas", "debbie downer", "nervous nellie", "negative nancy", "peeping tom"),
    *("from adam", "pete's sake", "adam's apple", "murphy's law", "sod's law", "hobson's choice", "occam's razor"),
    *("robin hood", "big ben", "patience of job", "job's patience", "tom cobley", "bloody mary", "hail mary"),
    *("good samaritan", "lazy susan", "jolly roger", "roger that", "holy joe", "simple simon", "joe rogan"),
    *("moaning minnie", "karen behaviour", "being a karen", "even steven", "jack frost", "max mustermann", "don juan"),
    *("claude bernard", "mikołaj kopernik", "nicolaus copernicus", "henrik sjögren", "gregorio martínez-sánchez"),
    *("lamberto re", "antoni van leeuwenhoek", "niels finsen", "carlos chagas", "hulusi behçet", "robert graves"),
    *("rudolf virchow", "paul ehrlich", "emil von behring", "santiago ramón", "oswaldo cruz", "camillo golgi"),
    *("kristi himmelfart", "kristi himmelfartsdag", "kristi himmelsfärdsdag", "christi himmelfahrt", "boże ciało"),
    *("james parkinson", "alois alzheimer", "hans asperger", "harvey cushing", "thomas addison", "burrill crohn"),
    *("thomas hodgkin", "antoine marfan", "george huntington", "hakaru hashimoto", "maurice raynaud", "charles bell"),
    *("albert wolff", "renate viebahn", "ziad fahmy", "erwin payr", "edward fisch", "hans wolff", "joachim hänsler"),
    *("lieschen müller", "otto normalverbraucher", "jan modaal", "fulano de tal", "mario rossi", "monsieur tout"),
)
"""People of whom everybody has heard, in small letters, and sayings in which a first name stands."""

EVERYDAY_MORE = word_set("""
    percocet voltaren lipitor herceptin keytruda prolia humira enbrel remicade stelara ozempic wegovy mounjaro xarelto
    eliquis plavix pradaxa coumadin lovenox synthroid euthyrox levothyrox lyrica neurontin cymbalta prozac zoloft
    lexapro
    effexor wellbutrin xanax valium ativan ambien adderall ritalin tylenol advil aleve motrin nurofen panadol doliprane
    efferalgan ibuprofen paracetamol metformin januvia jardiance farxiga lantus novorapid humalog crestor zocor norvasc
    lasix nexium prilosec zantac flonase ventolin symbicort singulair benadryl zyrtec claritin imodium botox dysport
    ozurdex eylea avastin opdivo gleevec tamoxifen femara arimidex taxol cisplatin humulin tresiba trulicity saxenda
    entresto concor bisoprolol ramipril marcumar falithrom novalgin aspirin disprin ozonosan plaquex glutathione myers
    tramadol sertraline fluoxetine citalopram amitriptyline gabapentin pregabalin codeine naproxen furosemide
    prolozone kenalog depomedrol synvisc euflexxa cortisone boulder reiki pilates zumba
    ridiculous nonsense awkward nuts bullshit lame rubbish outrageous unacceptable hilarious scary sad silly odd strange
    brilliant perfect lovely gorgeous horrible disgusting fantastic wonderful excellent hell crap shit awesome
    super neat sweet
    rude tricky simple complex relevant related legal illegal legit fake true false nasty gross ugly fair unfair enough
    probably maybe perhaps hopefully honestly basically purely strictly mainly mostly likely obvious unclear confusing
    expensive cheap free pricey steep worth pointless useless helpful annoying frustrating disappointing embarrassing
    definitely certainly exactly precisely everything whatever absolutely hard easy late early soon today tonight
    """)

PARTICLES = word_set("""
    van von der den de del della di da dos das do du la le el al bin ibn ben st san mac mc ter ten zu af av y e
    """)

NOT_AFTER_A_NAME = word_set("""
    hospital clinic street avenue road university medical health center centre syndrome disease therapy test
    college school church station airport island beach park river lake county city state protocol method scale
    score criteria institute foundation society pharmacy journal vaccine virus position manoeuvre maneuver sign
    law diet machine hopkins mayo cross texas
    """)
"""After it, what looked like a name is that of a place, a house or an illness."""

NOT_HOW_A_NAME_ENDS = (
    "ing",
    "tion",
    "ness",
    "ment",
    "ible",
    "able",
    "ful",
    "less",
    "ous",
    "itis",
    "osis",
    "emia",
    "aemia",
    "pathy",
    "algia",
    "ology",
    "mycin",
)
_ADJECTIVES = ("ed", "ic", "ive", "ish", "ant", "ent", "ese", "ly", "ical", "al", "ist")


NICKNAMES = word_set("""
    abe addie aggie alfie alfy angie annika arnie artie babs barney becca becky benji benny bernie bertie bessie betsy
    betty bev bex billy bobbie bonnie brad brett britt bronny callie cammy carly cath cathie cecil ceri chas chelle
    chrissie chrissy christy clem clint connie cory dannie danno davey davy daz dazza deb debs derry dermot dinah dino
    dommie donnie donny dorrie dottie doug dougie dunc eddy effie elle ellis els elsie emmie ernie ezzie fergie fliss
    flo flossie fran francie frankie freda freddy fredi gabby gabe gaz gazza geoff georgie gerry gina gio gracie greg
    greta gwennie hal harri hatty hazza hettie howie ike immy izzy jacko jake jamesie jan janey janie jeannie jem jen
    jenn jenni jerry jess jessie jilly jimbo jo joanie jodie jody joey johnnie jojo jools josh joss julie kat kath
    kathi kathie kaz kazza kenny kev kitty kris kristy lachie lainie lennie lenny lettie lexi lexie libby lindy
    lisbeth liv livvy lizzie lorna lottie lou louie lucy lulu maddie maddy madge maggie maisie malc mamie mandy manny
    margie margo marty maude mick mickey mikey millie milly mindy mitch molly monty moz nath natty ned nell nellie
    nessa nev nic nick nicky nikki nina nobby noreen ollie ozzie paddy pammy patsy patti patty peg pete phil raff
    ralphie reg reggie richie rick ricky rikki ritchie robbie robby roddy ronnie ronny rory roz rubes rudy russ sammi
    sammy sean seb shaz shazza shel shelly sid soph spence steph stevie stu sukie susie suzie suzy syd tash tasha ted
    teo terri tess tessa theo tilda tilly timmy tina tommie tori toria trace trev trish trix trixie trudi vicky vikki
    viv wally walt wayno wendell wes wilf wilbur willie winnie xander yas zac zach zack zak zeke pepe paco pancho lupe
    lupita chuy chucho nacho lalo beto quique kike chema chelo concha conchita lola lolita pili mari marilu nando rafa
    chabela charo curro gabi isa javi juanjo juanma juancho luchito mencho moncho paquita pepita ximo xavi beppe peppe
    peppino gigi gigio gino nino pino totò lele mimmo mimma ciccio franca pippo sandro sandrina luchino checco zé zeca
    tiago duda guga nanda rodri tati xande juca cacá lulú dedé fefê gui guto léo malu mila nati nilo paty quim tó zezé
    hansi uschi steffi heinzi hilde juppi klausi lena liesl manni matze micha micki nele niki olli poldi resi rudi
    seppi tobi toni traudl uli ulli vreni walti werni willi wolfi xaver gosia kasia basia zosia ania magda krysia jola
    gocha staszek tomek marek bartek grzesiek wojtek jasiek janek kuba kubus piotrek pawełek zbyszek mietek heniek
    stefek rysiek zdzisiek sasha sascha misha mischa dima kolya kostya vova volodya petya pasha lyosha alyosha grisha
    vanya vitya yura zhenya katya masha dasha natasha olya tanya anya sveta lyuda galya jip joep jaap kees henk piet
    sjoerd wim gijs aad mies truus pelle nisse olle bosse kicki lotta stina tove tilde bunty guddu pappu sonu monu
    alex bablu chintu rinku tinku babloo munni guddi jun-jun boyet jing-jing ting-ting tintin inday dodong marz
    """)
"""How people are called by those who know them."""


_PLAIN_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def unaccented(word: str) -> str:
    """A word (lower case) as people write it who leave the accents out."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word.translate(_PLAIN_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


_IN_LATIN = str.maketrans(
    dict(zip("абвгґдезийклмнопрстуфхыэії", "abvhgdeziyklmnoprstufhyeii", strict=True))
    | {
        "ж": "zh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "yu",
        "я": "ya",
        "є": "ye",
        "ё": "e",
        "ь": "",
        "ъ": "",
    }
)


def in_latin(word: str) -> str:
    """A word (lower case) in Cyrillic letters as names are written in Latin ones: "оксана" is "oksana"."""
    if word.isascii() or not "а" <= word[0] <= "ґ":
        return word
    russian = word.replace("г", "g").translate(_IN_LATIN)
    return russian if russian in first_names() else word.translate(_IN_LATIN)


def letters_without_accents(text: str) -> str:
    """A text of which every letter is as people write it who leave the accents out, and keeps its place."""
    if text.isascii():
        return text
    return "".join(sign if sign.isascii() else (unaccented(sign) or sign)[0] for sign in text)


class Names(frozenset[str]):
    """Names in small letters, each found with or without its accents."""

    __slots__ = ()

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or (
            isinstance(word, str) and not word.isascii() and super().__contains__(unaccented(word))
        )


@cache
def first_names() -> Names:
    """First names, those that are words of every day too, and what people are called by those who know them."""
    file = Path(__file__).with_name("first_names.txt").read_text(encoding="utf-8")
    listed = {name for line in file.splitlines() if not line.startswith("#") for name in line.split()}
    return Names(FIRST_NAMES | MORE_FIRST_NAMES | NAMES_OF_THE_WORLD | NICKNAMES | listed)


@cache
def names() -> Names:
    """First names and surnames that are nothing else."""
    return Names((first_names() - (EVERYDAY_MORE - FIRST_NAMES) | SURNAMES) - DOUBTFUL_NAMES - COMMON)


@cache
def _english() -> frozenset[str]:
    return frozenset(everyday_frequencies())


def unheard_of(word: str) -> bool:
    """Whether a word (lower case) stands in no list, so that it is hardly anything but a name if it has a capital."""
    return (
        len(word) > 2
        and not no_name(word)
        and (
            word in names()
            or word in SURNAMES_IN_DICTIONARIES
            or (word not in _english() and word.rstrip("s") not in _english())
        )
        and word not in DOUBTFUL_NAMES
    )


def no_name(word: str) -> bool:
    """Whether a word (lower case) is hardly a name, even after a cue."""
    if word in EPONYMS or word in HOUSES or ("-" in word and not EPONYMS.isdisjoint(word.split("-"))):
        return True
    if word in names() or of_pinyin(word):
        return False
    return word in COMMON or word in EVERYDAY_MORE or word.endswith(NOT_HOW_A_NAME_ENDS)


def of_english(word: str) -> bool:
    """Whether a word (lower case) is English."""
    return word in _english()


def of_two_words(word: str) -> bool:
    """Whether it is made of English words: "well-meaning"."""
    return "-" in word and all(part in _english() for part in word.split("-"))


def like_a_state(word: str) -> bool:
    """Whether a word (lower case) that nobody knows looks like what people say they are: "I am asthmatic"."""
    return word.endswith(_ADJECTIVES) and not word.endswith(("qvist", "quist", "kvist", "holst"))


_ROLES_END = (
    *(
        "erin",
        "orin",
        "istin",
        "entin",
        "antin",
        "ärztin",
        "login",
        "iker",
        "ler",
        "ner",
        "ger",
        "ker",
        "ter",
        "der",
        "zer",
    ),
    *(
        "ber",
        "fer",
        "ser",
        "rer",
        "cher",
        "her",
        "mer",
        "ier",
        "ist",
        "ent",
        "ant",
        "loge",
        "ling",
        "frau",
        "mann",
        "kind",
    ),
    *(
        "kranke",
        "kranker",
        "kranken",
        "betroffene",
        "betroffener",
        "trägerin",
        "träger",
        "ologe",
        "ziente",
        "fahrer",
        "person",
    ),
    *(
        "schwester",
        "arzt",
        "zahler",
        "opfer",
        "gast",
        "mitglied",
        "laie",
        "kollege",
        "student",
        "single",
        "mensch",
        "typ",
    ),
    *(
        "gänger",
        "neuling",
        "assistenz",
        "hilfe",
        "kraft",
        "beamte",
        "beamter",
        "angestellte",
        "angestellter",
        "tin",
        "din",
    ),
)
_NATIONS = word_set("""
    pole polin deutsche deutscher däne dänin schwede schwedin finne finnin türke türkin grieche griechin franzose
    französin brite britin ire irin russe russin ukrainer ukrainerin kroate kroatin serbe serbin bulgare bulgarin rumäne
    rumänin ungar ungarin tscheche tschechin slowake slowakin portugiese portugiesin chinese chinesin araber jude jüdin
    muslim muslima moslem christ christin katholik katholikin atheist witwe witwer oma opa mama papa mutter vater
    angehörige angehöriger schwangere raucher nichtraucher risikopatient bluter veganer vegetarier senior seniorin
    azubi lehrling profi fan
    """)


def german_role(word: str) -> bool:
    """Whether a German word (lower case) is what somebody is, does or has, and no name."""
    if word in first_names() or word in SURNAMES:
        return False
    return word in _NATIONS or any(part.endswith(_ROLES_END) for part in (word, word.rpartition("-")[2]))


def of_pinyin(word: str) -> bool:
    """Whether a word (lower case) begins as hardly any but a Chinese name does: "xiaoling", "zhiming", "qiuping"."""
    return len(word) > 3 and (
        word.startswith(("xi", "xu", "zh")) or (word[0] == "q" and word[1] != "u" and word.isalpha())
    )
