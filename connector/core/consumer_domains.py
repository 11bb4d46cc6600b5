"""The email domains that anybody can have an address of: they say nothing about a company (rule 3.2).

Kept by hand: the large free providers, and the access providers whose customers get an address, of the countries where
events are held. Held against the list that HubSpot keeps for its forms, less what no private person uses.

https://knowledge.hubspot.com/forms/what-domains-are-blocked-when-using-the-forms-email-domains-to-block-feature
"""

_BY_REGION = (
    # international
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com yahoo.com ymail.com "
    "rocketmail.com myyahoo.com icloud.com me.com mac.com aol.com aim.com proton.me protonmail.com protonmail.ch "
    "pm.me mail.com email.com gmx.com gmx.net fastmail.com fastmail.fm zoho.com zohomail.com zohomail.eu "
    "tutanota.com tuta.com tuta.io tutamail.com hushmail.com inbox.com usa.com mailbox.org posteo.net posteo.de "
    "riseup.net duck.com hey.com lycos.com excite.com compuserve.com netscape.net "
    # France
    "orange.fr wanadoo.fr voila.fr free.fr aliceadsl.fr alice.fr libertysurf.fr online.fr freesbee.fr sfr.fr "
    "neuf.fr cegetel.net club-internet.fr 9online.fr 9business.fr numericable.fr numericable.com noos.fr evc.net "
    "bbox.fr laposte.net hotmail.fr outlook.fr live.fr yahoo.fr ymail.fr aol.fr gmx.fr tele2.fr infonie.fr "
    "nordnet.fr caramail.com caramail.fr mailo.com netc.fr ecomail.fr dbmail.com bouyguestelecom.fr "
    # Belgium, Switzerland, Luxembourg
    "skynet.be telenet.be proximus.be scarlet.be voo.be hotmail.be outlook.be live.be yahoo.be bluewin.ch "
    "sunrise.ch hispeed.ch gmx.ch hotmail.ch yahoo.ch swissonline.ch netplus.ch vtxnet.ch pt.lu internet.lu "
    # Germany, Austria
    "gmx.de web.de freenet.de t-online.de arcor.de online.de 1und1.de vodafone.de yahoo.de hotmail.de outlook.de "
    "live.de aol.de mail.de email.de gmx.at a1.net aon.at chello.at hotmail.at yahoo.at outlook.at "
    # Italy, Spain, Portugal
    "libero.it alice.it tin.it tim.it virgilio.it tiscali.it inwind.it iol.it fastwebnet.it email.it yahoo.it "
    "hotmail.it outlook.it live.it yahoo.es hotmail.es outlook.es live.es telefonica.net terra.es ono.com sapo.pt "
    "hotmail.pt outlook.pt live.com.pt yahoo.pt iol.pt "
    # Netherlands, Scandinavia
    "ziggo.nl kpnmail.nl planet.nl hetnet.nl xs4all.nl home.nl upcmail.nl chello.nl live.nl hotmail.nl outlook.nl "
    "yahoo.nl tele2.nl telia.com comhem.se bredband.net hotmail.se live.se yahoo.se outlook.dk hotmail.dk live.dk "
    "yahoo.dk mail.dk online.no hotmail.no live.no yahoo.no elisanet.fi kolumbus.fi suomi24.fi luukku.com "
    # United Kingdom, Ireland
    "btinternet.com btopenworld.com btconnect.com virginmedia.com virgin.net ntlworld.com blueyonder.co.uk "
    "sky.com talktalk.net tiscali.co.uk o2.co.uk plus.net plusnet.com yahoo.co.uk hotmail.co.uk outlook.co.uk "
    "live.co.uk eircom.net live.ie yahoo.ie outlook.ie "
    # Central and Eastern Europe
    "wp.pl o2.pl onet.pl op.pl interia.pl poczta.fm gazeta.pl seznam.cz email.cz centrum.cz atlas.cz post.cz "
    "volny.cz azet.sk zoznam.sk centrum.sk freemail.hu citromail.hu yahoo.ro yahoo.gr hotmail.gr abv.bg mail.bg "
    "mail.ru bk.ru inbox.ru list.ru internet.ru rambler.ru yandex.ru yandex.com ya.ru ukr.net i.ua inbox.lv "
    # The Americas
    "comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com "
    "optonline.net frontier.com windstream.net roadrunner.com rr.com sympatico.ca bell.net rogers.com shaw.ca "
    "telus.net videotron.ca hotmail.ca live.ca outlook.ca yahoo.ca yahoo.com.br hotmail.com.br outlook.com.br "
    "live.com.br uol.com.br bol.com.br terra.com.br ig.com.br globo.com yahoo.com.mx hotmail.com.mx live.com.mx "
    "outlook.com.mx prodigy.net.mx yahoo.com.ar hotmail.com.ar live.com.ar fibertel.com.ar "
    # Africa, Asia, Oceania
    "menara.ma topnet.tn planet.tn yahoo.com.tr hotmail.com.tr mynet.com walla.com walla.co.il yahoo.co.in "
    "yahoo.in rediffmail.com qq.com foxmail.com 163.com 126.com 139.com 189.cn sina.com sina.cn sohu.com "
    "aliyun.com yeah.net yahoo.co.jp hotmail.co.jp outlook.jp docomo.ne.jp ezweb.ne.jp softbank.ne.jp naver.com "
    "daum.net hanmail.net nate.com yahoo.com.hk yahoo.com.tw yahoo.com.sg yahoo.com.ph yahoo.co.id yahoo.com.vn "
    "bigpond.com bigpond.net.au optusnet.com.au iinet.net.au yahoo.com.au hotmail.com.au live.com.au "
    "outlook.com.au xtra.co.nz yahoo.co.nz "
)
CONSUMER_DOMAINS = frozenset(_BY_REGION.split())
"""Lower case."""
